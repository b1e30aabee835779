/** Sums over rows of what a label and another class carry together. */
import type { Floats } from '../../index.js';
import { largestPlaces } from '../input/largest.js';

/** A class that the teacher sees in rows of another label. */
export interface KnowledgePair {
  readonly label: number;
  readonly other: number;
  /** What the pair adds to the mean KL of all rows, in nats: never below 0. */
  readonly kl: number;
  /** Mean probability of the other class in rows of this label, among the rest: of the teacher, and of the student. */
  readonly teacher: number;
  readonly student: number;
}

/** What the other classes of a block's rows add to the divergence among them, and their probabilities there; rows × classes. */
export interface Shares {
  readonly kl: Floats;
  readonly teacher: Floats;
  readonly student: Floats;
}

export interface PairSums {
  /** Takes in the row that begins at `at`; its divergence among the rest has this weight. */
  add(label: number, at: number, weight: number, shares: Shares): void;
  /** The pairs that carry most, as means over so many rows. */
  largest(count: number, rows: number): KnowledgePair[];
}

/** A part of a divergence by its weight, which has run to 0 where it is too small for a float: infinity stays. */
export function weighted(weight: number, kl: number): number {
  return kl === Infinity ? Infinity : weight * kl;
}

/** Of every label and every other class. */
export class PairTable implements PairSums {
  readonly #kl: Float64Array;
  readonly #teacher: Float64Array;
  readonly #student: Float64Array;
  readonly #labels: Float64Array;

  constructor(readonly cols: number) {
    [this.#kl, this.#teacher, this.#student] = [0, 1, 2].map(() => new Float64Array(cols * cols)) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    this.#labels = new Float64Array(cols);
  }

  add(label: number, at: number, weight: number, { kl, teacher, student }: Shares): void {
    this.#labels[label] = (this.#labels[label] as number) + 1;
    for (let j = 0, to = label * this.cols; j < this.cols; j++, to++) {
      this.#kl[to] = (this.#kl[to] as number) + weighted(weight, kl[at + j] as number);
      this.#teacher[to] = (this.#teacher[to] as number) + (teacher[at + j] as number);
      this.#student[to] = (this.#student[to] as number) + (student[at + j] as number);
    }
  }

  largest(count: number, rows: number): KnowledgePair[] {
    const order = Array.from(this.#kl.keys()).sort((a, b) => (this.#kl[b] as number) - (this.#kl[a] as number));
    return order.slice(0, count).flatMap((at) => {
      const [label, other] = [Math.floor(at / this.cols), at % this.cols];
      const [kl, seen] = [this.#kl[at] as number, this.#labels[label] as number];
      if (!(kl > 0)) return [];
      return [
        { label, other, kl: kl / rows, teacher: (this.#teacher[at] as number) / seen, student: (this.#student[at] as number) / seen },
      ];
    });
  }
}

/** Classes of a row that may be one of the largest pairs. */
const PER_ROW = 16;

/** Of the largest classes of each row, for tables that would be too large whole: which pairs to look at. */
export class LikelyPairs {
  readonly #kl = new Map<number, number>();

  constructor(readonly cols: number) {}

  add(label: number, at: number, weight: number, { kl }: Shares): void {
    for (const j of largestPlaces(kl, at, at + this.cols, PER_ROW)) {
      const pair = label * this.cols + j;
      this.#kl.set(pair, (this.#kl.get(pair) ?? 0) + weighted(weight, kl[at + j] as number));
    }
  }

  likeliest(count: number): SomePairs {
    // What they carry outside of rows' largest classes is not known yet: more of them than are asked for.
    const order = [...this.#kl].sort(([, a], [, b]) => b - a).slice(0, 4 * count);
    return new SomePairs(order.map(([pair]) => ({ label: Math.floor(pair / this.cols), other: pair % this.cols })));
  }
}

/** Of some labels and other classes alone, by all rows. */
class SomePairs implements PairSums {
  readonly #sums = new Map<number, { other: number; kl: number; teacher: number; student: number }[]>();
  readonly #labels = new Map<number, number>();

  constructor(pairs: readonly { readonly label: number; readonly other: number }[]) {
    for (const { label, other } of pairs) {
      const own = this.#sums.get(label) ?? [];
      own.push({ other, kl: 0, teacher: 0, student: 0 });
      this.#sums.set(label, own);
    }
  }

  add(label: number, at: number, weight: number, { kl, teacher, student }: Shares): void {
    const own = this.#sums.get(label);
    if (own === undefined) return;
    this.#labels.set(label, (this.#labels.get(label) ?? 0) + 1);
    for (const pair of own) {
      pair.kl += weighted(weight, kl[at + pair.other] as number);
      pair.teacher += teacher[at + pair.other] as number;
      pair.student += student[at + pair.other] as number;
    }
  }

  largest(count: number, rows: number): KnowledgePair[] {
    const all = [...this.#sums].flatMap(([label, own]) => {
      const seen = this.#labels.get(label) as number;
      return own.map(({ other, kl, teacher, student }) => ({
        label,
        other,
        kl: kl / rows,
        teacher: teacher / seen,
        student: student / seen,
      }));
    });
    return all
      .filter(({ kl }) => kl > 0)
      .sort((a, b) => b.kl - a.kl)
      .slice(0, count);
  }
}
