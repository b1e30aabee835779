/** Rows reduced to the teacher's largest classes and one for all others, whose mass is theirs together; and gradients led back. */
import type { Floats } from '../../index.js';
import { largestPlaces } from '../input/largest.js';
import type { FloatRows, RowValues } from './rows.js';

export interface Reduced {
  readonly teacher: FloatRows;
  readonly student: FloatRows;
  /** Gradients by the student's reduced logits become such by all of them. */
  spread(gradient: Floats): Float64Array;
}

/**
 * @param k    classes that stay, chosen by the teacher
 * @param tail whether the others stay as one class: by data processing a KL is then at most that over all classes; without, rows are renormalised
 */
export function reduceToTop(teacher: FloatRows, student: FloatRows, k: number, temperature: number, tail: boolean): Reduced {
  const { rows, cols } = teacher;
  const width = tail ? k + 1 : k;
  const [t, s] = [new Float64Array(rows * width), new Float64Array(rows * width)];
  const places: number[][] = [];
  const kept = new Uint8Array(cols);
  for (let row = 0; row < rows; row++) {
    const at = row * cols;
    const chosen = largestPlaces(teacher.data, at, at + cols, k);
    places.push(chosen);
    for (const [i, place] of chosen.entries()) {
      t[row * width + i] = teacher.data[at + place] as number;
      s[row * width + i] = student.data[at + place] as number;
      kept[place] = 1;
    }
    if (tail) {
      t[row * width + k] = temperature * restOf(teacher.data, at, kept, temperature);
      s[row * width + k] = temperature * restOf(student.data, at, kept, temperature);
    }
    for (const place of chosen) kept[place] = 0;
  }
  const spread = (gradient: Floats): Float64Array => {
    const full = new Float64Array(rows * cols);
    for (let row = 0; row < rows; row++) {
      const at = row * cols;
      const chosen = places[row] as number[];
      if (tail) {
        // The logit of the tail moves with each of its classes by that one's share of the student's tail.
        const slope = gradient[row * width + k] as number;
        const rest = (s[row * width + k] as number) / temperature;
        if (slope !== 0) for (let i = at; i < at + cols; i++) full[i] = slope * Math.exp((student.data[i] as number) / temperature - rest);
      }
      for (const [i, place] of chosen.entries()) full[at + place] = gradient[row * width + i] as number;
    }
    return full;
  };
  return { teacher: { data: t, rows, cols: width }, student: { data: s, rows, cols: width }, spread };
}

/** log Σ e^(z/T) over the classes that are not kept. */
function restOf(z: Floats, at: number, kept: Uint8Array, temperature: number): number {
  let most = -Infinity;
  for (let i = 0; i < kept.length; i++) if (kept[i] === 0 && (z[at + i] as number) > most) most = z[at + i] as number;
  if (most === -Infinity) return -Infinity;
  let sum = 0;
  for (let i = 0; i < kept.length; i++) if (kept[i] === 0) sum += Math.exp(((z[at + i] as number) - most) / temperature);
  return most / temperature + Math.log(sum);
}

/** Values by the reduced rows, with gradients led back. */
export function spreadValues({ value, gradient }: RowValues, reduced: Reduced): RowValues {
  return gradient === undefined ? { value } : { value, gradient: reduced.spread(gradient) };
}
