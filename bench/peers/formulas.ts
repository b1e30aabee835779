/** The formulas that people write with array libraries, once for all of them: a library is an `Ops`, a workload a formula over it. */

/** What an array library has to offer. Sums go over the last axis. */
export interface Ops<T> {
  log(x: T): T;
  exp(x: T): T;
  /** Operands of one shape, or a number, or one row for all. */
  add(x: T, y: T | number): T;
  subtract(x: T, y: T | number): T;
  multiply(x: T, y: T | number): T;
  divide(x: T, y: T | number): T;
  sum(x: T): T;
  /** The same, as a column: rows × 1. */
  sumAsColumn(x: T): T;
  /** Over the members of each candidate: rows × members × classes → rows × classes; of rows × members → rows. */
  meanOfMembers(x: T): T;
  logSoftmax(x: T): T;
  /** x·yᵀ: every row of x with every row of y. */
  timesTransposed(x: T, y: T): T;
}

/** Inputs by the names that the cases give them. */
type Name = 'p' | 'q' | 'a' | 'b' | 'z' | 'mean' | 'logVariance' | 'm0' | 'v0' | 's0' | 'm1' | 'v1' | 's1';

export interface Formula {
  readonly inputs: readonly Name[];
  /** Inputs by which the sum of the results is differentiated; the answer is then the last one's gradient. */
  readonly by?: readonly Name[];
  apply<T>(ops: Ops<T>, inputs: Readonly<Record<Name, T>>, cols: number): T;
}

const KL: Formula = {
  inputs: ['p', 'q'],
  apply: (o, { p, q }) => o.sum(o.multiply(p, o.subtract(o.log(p), o.log(q)))),
};

const JENSEN_SHANNON: Formula = {
  inputs: ['p', 'q'],
  apply: (o, { p, q }) => {
    const logMiddle = o.log(o.divide(o.add(p, q), 2));
    const half = (x: typeof p) => o.sum(o.multiply(x, o.subtract(o.log(x), logMiddle)));
    return o.divide(o.add(half(p), half(q)), 2);
  },
};

/** log K − H(softmax(z)). */
const UNIFORM: Formula = {
  inputs: ['z'],
  apply: (o, { z }, cols) => {
    const logP = o.logSoftmax(z);
    return o.add(o.sum(o.multiply(o.exp(logP), logP)), Math.log(cols));
  },
};

/** T²·KL(softmax(a/T) ‖ softmax(b/T)). */
function logitsKl(temperature: number): Formula {
  return {
    inputs: ['a', 'b'],
    apply: (o, { a, b }) => {
      const hot = temperature !== 1;
      const logP = o.logSoftmax(hot ? o.divide(a, temperature) : a);
      const logQ = o.logSoftmax(hot ? o.divide(b, temperature) : b);
      const value = o.sum(o.multiply(o.exp(logP), o.subtract(logP, logQ)));
      return hot ? o.multiply(value, temperature ** 2) : value;
    },
  };
}

const PRIOR: Formula = {
  inputs: ['mean', 'logVariance'],
  apply: (o, { mean, logVariance }) =>
    o.divide(o.sum(o.subtract(o.add(o.multiply(mean, mean), o.exp(logVariance)), o.add(logVariance, 1))), 2),
};

const VARIANCES: Formula = {
  inputs: ['m0', 'v0', 'm1', 'v1'],
  apply: (o, { m0, v0, m1, v1 }) => {
    const d = o.subtract(m0, m1);
    const quadratic = o.divide(o.add(v0, o.multiply(d, d)), v1);
    return o.divide(o.sum(o.subtract(o.add(o.subtract(o.log(v1), o.log(v0)), quadratic), 1)), 2);
  },
};

const DEVIATIONS: Formula = {
  inputs: ['m0', 's0', 'm1', 's1'],
  apply: (o, { m0, s0, m1, s1 }) => {
    const d = o.subtract(m0, m1);
    const quadratic = o.divide(o.add(o.multiply(s0, s0), o.multiply(d, d)), o.multiply(o.multiply(s1, s1), 2));
    return o.subtract(o.add(o.log(o.divide(s1, s0)), quadratic), 0.5);
  },
};

/** Σ p·log p, a column, less p·(log q)ᵀ. */
const ALL_PAIRS: Formula = {
  inputs: ['p', 'q'],
  apply: (o, { p, q }) => o.subtract(o.sumAsColumn(o.multiply(p, o.log(p))), o.timesTransposed(p, o.log(q))) as never,
};

/** Entropy of the mean member less the mean of the members' entropies. */
const BALD: Formula = {
  inputs: ['p'],
  apply: (o, { p }) => {
    const mean = o.meanOfMembers(p);
    const members = o.meanOfMembers(o.sum(o.multiply(p, o.log(p))));
    return o.subtract(members, o.sum(o.multiply(mean, o.log(mean))));
  },
};

/** The workloads of the race. W13, whole covariances, is none that the array libraries of JavaScript can do. */
export const FORMULAS: Readonly<Record<string, Formula>> = {
  W1: KL,
  W2: KL,
  W3f32: KL,
  W3f64: KL,
  W4f32: KL,
  W4f64: KL,
  W5: KL,
  W6: UNIFORM,
  W7a: logitsKl(4),
  W7b: logitsKl(1),
  W7g: { ...logitsKl(4), by: ['b'] },
  W8f32: PRIOR,
  W8g: { ...PRIOR, by: ['mean', 'logVariance'] },
  W8f64: PRIOR,
  W9f32: VARIANCES,
  W9f64: VARIANCES,
  W10: DEVIATIONS,
  W11: ALL_PAIRS,
  W12: JENSEN_SHANNON,
  W14: BALD,
};
