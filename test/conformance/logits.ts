/** logits.json: rows of logits with a temperature; −Infinity masks a class. */
import type { Floats } from '../../src/types.js';
import { asDtype, type Case, groupBy, type Run, stack, type VectorFile } from './reference.js';
import { logitsGradientTolerance, type Question, tolerance } from './tolerance.js';

interface LogitsCase extends Case {
  readonly K: number;
  readonly T: number;
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly ulp_sensitivity: number;
}

type Input = 'a' | 'b' | 'zeros';
type Kind = NonNullable<Question['logits']>['kind'];
type Score = (...inputsAndOptions: readonly unknown[]) => number | Float64Array;

interface Quantity {
  readonly score: (logits: Run['library']['logits']) => unknown;
  readonly inputs: readonly Input[];
  readonly kind: Kind;
}

/** Every number that the library answers per row. */
const QUANTITIES: Readonly<Record<string, Quantity>> = {
  kl: { score: (l) => l.klDivergence, inputs: ['a', 'b'], kind: 'divergence' },
  kl_reverse: { score: (l) => l.klDivergence, inputs: ['b', 'a'], kind: 'divergence' },
  distill_T2: { score: (l) => l.klDivergence, inputs: ['a', 'b'], kind: 'divergence' },
  js: { score: (l) => l.jensenShannonDivergence, inputs: ['a', 'b'], kind: 'divergence' },
  kl_uniform_to_a: { score: (l) => l.klDivergence, inputs: ['zeros', 'a'], kind: 'divergence' },
  ood_a: { score: (l) => l.klToUniform, inputs: ['a'], kind: 'divergence' },
  ood_b: { score: (l) => l.klToUniform, inputs: ['b'], kind: 'divergence' },
  lse_a: { score: (l) => l.logSumExp, inputs: ['a'], kind: 'logSumExp' },
  lse_b: { score: (l) => l.logSumExp, inputs: ['b'], kind: 'logSumExp' },
  entropy_a: { score: (l) => l.entropy, inputs: ['a'], kind: 'other' },
  entropy_b: { score: (l) => l.entropy, inputs: ['b'], kind: 'other' },
};

/** Runs every case as vectors, and all cases of one shape in one batch, which must give the same bits. */
export function runLogits(run: Run, file: VectorFile): void {
  const cases = file.cases as readonly LogitsCase[];
  for (const group of groupBy(cases, (c) => `${c.K} ${c.dtype} ${c.T}`)) runRowScores(run, group);
  for (const c of cases) {
    runUnmasked(run, c);
    runElements(run, c);
    runGradients(run, c);
  }
}

/** Nothing of this section is left out. */
export function skipLogits(): void {}

function runRowScores(run: Run, group: readonly LogitsCase[]): void {
  const { K, T, dtype } = group[0] as LogitsCase;
  const options = { temperature: T, core: run.core };
  const zeros = asDtype(new Array<number>(K).fill(0), dtype);
  const rows: Record<Input, Floats[]> = {
    a: group.map((c) => asDtype(c.a, dtype)),
    b: group.map((c) => asDtype(c.b, dtype)),
    zeros: group.map(() => zeros),
  };
  for (const [quantity, { score, inputs, kind }] of Object.entries(QUANTITIES)) {
    const divergence = score(run.library.logits) as Score;
    // The distillation loss is T² times the divergence, by definition: that is all a caller has to do.
    const factor = quantity === 'distill_T2' ? T * T : 1;
    const matrices = inputs.map((input) => run.library.matrix(stack(rows[input], dtype), group.length, K));
    const batch = divergence(...matrices, options) as Float64Array;
    for (const [i, c] of group.entries()) {
      const place = placeOf(run, c, quantity);
      const alone = divergence(...inputs.map((input) => rows[input][i]), options) as number;
      const expected = c[quantity] as number;
      // Allowed for the loss is T² times what is allowed for the divergence, u² included.
      const allowed = factor * tolerance({ dtype, expected: expected / factor, logits: { u: c.ulp_sensitivity, kind } });
      run.report.check(place, alone * factor, expected, allowed);
      const same = Object.is(alone, batch[i]);
      run.report.assert(placeOf(run, c, 'batch = single'), same, `${quantity}: ${batch[i]} in a batch, ${alone} alone`);
    }
  }
}

/** The score over the classes that are left: masked columns are dropped, so that log K counts the others alone. */
function runUnmasked(run: Run, c: LogitsCase): void {
  const left = asDtype(
    c.a.filter((z) => z !== Number.NEGATIVE_INFINITY),
    c.dtype,
  );
  const actual = run.library.logits.klToUniform(left, { temperature: c.T, core: run.core });
  const expected = c['ood_a_unmasked'] as number;
  const allowed = tolerance({ dtype: c.dtype, expected, logits: { u: c.ulp_sensitivity, kind: 'divergence' } });
  run.report.check(placeOf(run, c, 'ood_a_unmasked'), actual, expected, allowed);
  const byOption = run.library.logits.klToUniform(asDtype(c.a, c.dtype), { temperature: c.T, classes: 'unmasked', core: run.core });
  run.report.check(placeOf(run, c, "ood_a_unmasked, classes: 'unmasked'"), byOption, expected, allowed);
}

function runElements(run: Run, c: LogitsCase): void {
  if (c['softmax_a'] === undefined) return;
  const options = { temperature: c.T, core: run.core };
  const a = asDtype(c.a, c.dtype);
  const results = { softmax_a: run.library.logits.softmax(a, options), log_softmax_a: run.library.logits.logSoftmax(a, options) };
  for (const [quantity, actual] of Object.entries(results)) {
    run.report.checkAll(placeOf(run, c, quantity), actual as Floats, c[quantity] as readonly number[], (expected) =>
      tolerance({ dtype: c.dtype, expected, logits: { u: c.ulp_sensitivity, kind: 'other' }, single: c.dtype === 'f32' }),
    );
  }
}

/** Gradients by name; value and gradients of one pass, and the value alone, have the same bits. */
function runGradients(run: Run, c: LogitsCase): void {
  if (c['grad_a'] === undefined) return;
  const { logits } = run.library;
  const { T, dtype, ulp_sensitivity: u } = c;
  const [a, b] = [asDtype(c.a, dtype), asDtype(c.b, dtype)];
  const options = { temperature: T, core: run.core };
  const kl = logits.klDivergenceWithGradient(a, b, options);
  const loss = logits.distillationLossWithGradient(a, b, { ...options, withRespectTo: ['student'] });
  const uniform = logits.klToUniformWithGradient(a, options);
  const same =
    Object.is(kl.value, logits.klDivergence(a, b, options)) &&
    Object.is(loss.value, logits.distillationLoss(a, b, options)) &&
    // Alone, f32 rows go another way.
    (dtype === 'f32' || Object.is(uniform.value, logits.klToUniform(a, options)));
  run.report.assert(placeOf(run, c, 'value beside gradient = alone'), same, 'another value');
  const score = c['ood_a'] as number;
  const allowed = tolerance({ dtype, expected: score, logits: { u, kind: 'divergence' } });
  run.report.check(placeOf(run, c, 'ood_a beside gradient'), uniform.value, score, allowed);

  const pair = { dtype, a: c.a, b: c.b, temperature: T, u, times: 1 };
  const check = (quantity: string, actual: Floats, question: typeof pair) =>
    run.report.checkAll(placeOf(run, c, quantity), actual, c[quantity] as readonly number[], logitsGradientTolerance(question));
  check('grad_a', kl.gradient.a, pair);
  check('grad_b', kl.gradient.b, pair);
  check('grad_b_T2', loss.gradient.student, { ...pair, times: T * T });
  check('grad_ood_a', uniform.gradient.z, { ...pair, b: c.a.map(() => 0) });
}

function placeOf(run: Run, c: LogitsCase, quantity: string) {
  return { backend: run.backend, section: 'logits', quantity, dtype: c.dtype, id: c.id };
}
