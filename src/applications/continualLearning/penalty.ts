/** Elastic weight consolidation: the spring that holds parameters where earlier tasks need them. */
import { type Values, valuesOf } from '../input/tensor.js';
import { argumentError, checkList, checkNames, checkNumber, checkObject } from '../input/options.js';
import { sumOf } from '../statistics/sum.js';

/** What is kept of a task: where its parameters were, and how much each matters. */
export interface Task {
  /** θ*, the parameters after the task. */
  readonly optimum: Values;
  /** F, the diagonal of the Fisher information there. */
  readonly fisher: Values;
}

export interface Penalty {
  /** λ/2 · Σ_tasks Σ_j F_j·(θ_j − θ*_j)². */
  readonly value: number;
  /** λ · Σ_tasks F_j·(θ_j − θ*_j). */
  readonly gradient: Float64Array;
}

/**
 * The EWC penalty λ/2·Σ F·(θ − θ*)² over all tasks, with its gradient.
 *
 * @param theta  the parameters now
 * @param tasks  one or several: optimum and fisher of each
 * @param lambda the strength of the spring. Libraries without the ½ mean twice as much by the same number
 *
 * Shapes      theta, optimum, fisher: as many entries as there are parameters, in arrays or in tensors of any shape
 * Units       with λ = 1 and F summed over samples it is nats: ½·δᵀFδ approximates the log-posterior's fall; with the mean over samples, nats a sample
 * Edge cases  θ = θ* gives exactly 0
 * Accuracy    differences are exact where θ is within a factor 2 of θ*; relative error ≤ 4·2⁻⁵³ of the sum, whose terms are ≥ 0
 * Source      J. Kirkpatrick et al., PNAS 114 (2017); F. Huszár, PNAS 115 (2018), on several tasks
 *
 * @throws {SurprisalError} ERR_SHAPE · ERR_DOMAIN (with column and value)
 * @example
 * ewcPenalty([1, 2], [{ optimum: [0, 2], fisher: [3, 1] }], 2); // { value: 3, gradient: [6, 0] }
 */
export function ewcPenalty(theta: Values, tasks: readonly Task[], lambda: number): Penalty {
  checkNumber('lambda', lambda, 'a finite number ≥ 0', (x) => x >= 0);
  const now = readEntries('theta', theta, undefined, false);
  checkList('tasks', tasks, 'an array of { optimum, fisher }');
  const held = tasks.map((task, i) => {
    checkObject(`tasks[${i}]`, task, '{ optimum, fisher }');
    return {
      optimum: readEntries(`tasks[${i}].optimum`, task.optimum, now.length, false),
      fisher: readEntries(`tasks[${i}].fisher`, task.fisher, now.length, true),
    };
  });
  const gradient = new Float64Array(now.length);
  const value = sumOf(terms(now, held, gradient));
  // A spring of strength 0 holds nothing, however far it is drawn.
  if (lambda === 0) return { value: 0, gradient: gradient.fill(0) };
  for (let j = 0; j < gradient.length; j++) gradient[j] = (gradient[j] as number) * lambda;
  return { value: (lambda / 2) * value, gradient };
}

function* terms(theta: ArrayLike<number>, tasks: readonly Entries[], gradient: Float64Array): Generator<number> {
  for (const { optimum, fisher } of tasks) {
    for (let j = 0; j < theta.length; j++) {
      const difference = (theta[j] as number) - (optimum[j] as number);
      const weight = fisher[j] as number;
      const pull = weight === 0 ? 0 : weight * difference;
      gradient[j] = (gradient[j] as number) + pull;
      yield pull === 0 ? 0 : pull * difference;
    }
  }
}

/** A task as it was read. */
interface Entries {
  readonly optimum: ArrayLike<number>;
  readonly fisher: ArrayLike<number>;
}

/** @param length as many entries are wanted, if it is known */
function readEntries(argument: string, given: Values, length: number | undefined, positive: boolean): ArrayLike<number> {
  const values = valuesOf(argument, given);
  if (length !== undefined && values.length !== length)
    throw argumentError('ERR_SHAPE', argument, `${length} entries, as many as there are parameters`, values.length);
  for (let column = 0; column < values.length; column++) {
    const value = values[column] as number;
    const expected = positive ? 'a finite number ≥ 0' : 'a finite number';
    if (!Number.isFinite(value) || (positive && value < 0)) throw argumentError('ERR_DOMAIN', argument, expected, value, { column });
  }
  return values;
}

/**
 * Online EWC: one running importance in place of a list of tasks, F ← γ·F + F_new, around the parameters of the last task.
 *
 * Source: J. Schwarz et al., ICML 2018.
 *
 * @example
 * const spring = new OnlineEwc({ decay: 0.9 });
 * spring.consolidate({ optimum: theta, fisher });
 * spring.penalty(thetaNow, 100).gradient;
 */
export class OnlineEwc {
  readonly decay: number;
  #task: { readonly optimum: Float64Array; readonly fisher: Float64Array } | undefined;

  /** @throws {SurprisalError} ERR_OPTION · ERR_DOMAIN unless 0 ≤ decay ≤ 1 */
  constructor(options: { readonly decay?: number | undefined } = {}) {
    checkNames(options, ['decay']);
    const { decay = 1 } = options;
    checkNumber('decay', decay, 'a number from 0 to 1', (x) => x >= 0 && x <= 1);
    this.decay = decay;
  }

  /** What is held now: the last optimum and the running importance. */
  get task(): Task | undefined {
    return this.#task;
  }

  /** @throws {SurprisalError} ERR_SHAPE · ERR_DOMAIN; what was held before is then still held */
  consolidate(task: Task): this {
    checkObject('task', task, '{ optimum, fisher }');
    const { optimum, fisher } = task;
    const held = this.#task?.fisher;
    const center = readEntries('optimum', optimum, held?.length, false);
    const added = readEntries('fisher', fisher, center.length, true);
    this.#task = {
      optimum: Float64Array.from(center),
      fisher: Float64Array.from(added, (x, j) => x + (held === undefined ? 0 : this.decay * (held[j] as number))),
    };
    return this;
  }

  /** 0 everywhere before the first task. */
  penalty(theta: Values, lambda: number): Penalty {
    return ewcPenalty(theta, this.#task === undefined ? [] : [this.#task], lambda);
  }
}
