/** The divergence of one block of rows by name, with its gradient by the student's logits. No T² yet. */
import { type Core, type Floats, logits } from '../../index.js';
import { mixtureDivergence } from './mixture.js';
import type { FloatRows, RowValues } from './rows.js';

/** Which divergence: KL(teacher ‖ student), KL(student ‖ teacher), or the one from their mixture. */
export type DivergenceName = 'forward' | 'reverse' | 'jensen-shannon';

export interface DivergenceSettings {
  readonly divergence: DivergenceName;
  readonly temperature: number;
  /** Share of the teacher in the mixture; 0 and 1 are the limit, 0. */
  readonly weight: number;
  readonly core: Core | undefined;
}

/** @param room where the kernels' gradients go, longer or as long as a block: pages of a new array for each would take as long as the rest */
export function divergenceOf(teacher: FloatRows, student: FloatRows, settings: DivergenceSettings, room: Floats | undefined): RowValues {
  const { divergence, weight, temperature, core } = settings;
  const options = { temperature, core };
  const withGradient = room !== undefined;
  const out = room?.subarray(0, student.data.length);
  if (divergence === 'jensen-shannon') {
    if (weight === 0 || weight === 1) return nothing(student, withGradient);
    if (weight !== 0.5) return mixtureDivergence(teacher, student, weight, temperature, core, withGradient);
    if (!withGradient) return { value: logits.jensenShannonDivergence(teacher, student, options) };
    const { value, gradient } = logits.jensenShannonDivergenceWithGradient(teacher, student, {
      ...options,
      withRespectTo: ['b'],
      out: { gradient: { b: out } },
    });
    return { value, gradient: gradient.b.data };
  }
  if (divergence === 'forward') {
    if (!withGradient) return { value: logits.klDivergence(teacher, student, options) };
    const { value, gradient } = logits.klDivergenceWithGradient(teacher, student, {
      ...options,
      withRespectTo: ['b'],
      out: { gradient: { b: out } },
    });
    return { value, gradient: gradient.b.data };
  }
  if (!withGradient) return { value: logits.klDivergence(student, teacher, options) };
  const { value, gradient } = logits.klDivergenceWithGradient(student, teacher, {
    ...options,
    withRespectTo: ['a'],
    out: { gradient: { a: out } },
  });
  return { value, gradient: gradient.a.data };
}

/** A divergence that is 0 whatever the rows. */
function nothing({ data, rows }: FloatRows, withGradient: boolean): RowValues {
  const value = new Float64Array(rows);
  if (!withGradient) return { value };
  return { value, gradient: data instanceof Float32Array ? new Float32Array(data.length) : new Float64Array(data.length) };
}
