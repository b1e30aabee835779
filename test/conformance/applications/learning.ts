/** What machine learning asks: penalties, the regulariser of a VAE, information gains. Entries of f32 cases are computed in f64, as is all that stands on them but BALD. */
import { bald, betaBinomialGain, committeeScores, type Ensemble, linearGaussianGain } from '../../../src/applications/activeLearning.js';
import { ewcPenalty } from '../../../src/applications/continualLearning.js';
import { latentReport, regulariser } from '../../../src/applications/vae.js';
import { type ApplicationCase, type KindRunner, placeOf } from './kind.js';
import { asDtype } from '../reference.js';
import { tolerance } from '../tolerance.js';

type Of<Fields> = ApplicationCase & Fields;

const within =
  (condition = 1) =>
  (expected: number) =>
    tolerance({ dtype: 'f64', expected, condition });

const ewc: KindRunner = (run, given) => {
  const c = given as Of<{ theta: number[]; theta_star: number[]; fisher: number[]; lam: number; penalty: number; grad: number[] }>;
  const { value, gradient } = ewcPenalty(c.theta, [{ optimum: c.theta_star, fisher: c.fisher }], c.lam);
  run.report.check(placeOf(run, c, 'penalty'), value, c.penalty, within()(c.penalty));
  run.report.checkAll(placeOf(run, c, 'gradient'), gradient, c.grad, within());
};

const freeBits: KindRunner = (run, given) => {
  const c = given as Of<{ n: number; D: number; mu: number[]; logvar: number[]; lam: number } & Record<string, number | number[]>>;
  const matrix = (values: number[]) => run.library.matrix(asDtype(values, c.dtype), c.n, c.D);
  const posterior = { mean: matrix(c.mu), logVariance: matrix(c.logvar) };
  const options = { freeBits: c.lam, core: run.core };
  const single = (expected: number) => tolerance({ dtype: c.dtype, expected });
  const batch = regulariser(posterior, options);
  const check = (name: string, value: number) =>
    run.report.check(placeOf(run, c, name), value, c[name] as number, single(c[name] as number));
  check('batch_mean_total', batch.loss);
  check('plain_total', batch.rate);
  check('per_sample_total', regulariser(posterior, { ...options, freeBitsOver: 'sample' }).loss);
  run.report.checkAll(placeOf(run, c, 'per_dim_mean'), batch.perDimension, c['per_dim_mean'] as number[], single);
  const mask = Array.from(batch.perDimension, (x) => Number(x > c.lam));
  run.report.assert(placeOf(run, c, 'active_mask'), `${mask}` === `${c['active_mask']}`, `${mask}`);
  const { active } = latentReport(posterior, { draws: 2, core: run.core });
  run.report.assert(placeOf(run, c, 'active_units_0_01'), active.length === c['active_units_0_01'], `${active.length} active`);
};

const gains: KindRunner = (run, given) => {
  const c = given as Of<{ members: number; K: number; probs: number[]; weights: number[] } & Record<string, number>>;
  const ensemble: Ensemble = { data: asDtype(c.probs, c.dtype), shape: [1, c.members, c.K] };
  const options = { weights: c.weights, core: run.core };
  const scores = committeeScores(ensemble, options);
  const check = (name: string, value: number | undefined, condition: number) =>
    run.report.check(placeOf(run, c, name), value as number, c[name] as number, within(condition)(c[name] as number));
  // BALD of single floats goes through the kernel for them, and is held to their tolerance.
  const expected = c['mutual_information'] as number;
  const allowed = tolerance({ dtype: c.dtype, expected, condition: 2 });
  run.report.check(placeOf(run, c, 'mutual_information'), bald(ensemble, options)[0] as number, expected, allowed);
  check('predictive_entropy', scores.predictiveEntropy[0], 2);
  check('expected_entropy', scores.expectedEntropy[0], 2);
};

const linearGaussian: KindRunner = (run, given) => {
  const c = given as Of<{ n: number; d: number; X: number[]; prior_cov: number[]; noise_var: number; eig: number }>;
  const value = linearGaussianGain(c.X, c.d, c.prior_cov, c.noise_var);
  run.report.check(placeOf(run, c, 'eig'), value, c.eig, 1e-13 * c.eig);
};

const betaBinomial: KindRunner = (run, given) => {
  const c = given as Of<{ a: number; b: number; n: number; eig: number }>;
  run.report.check(placeOf(run, c, 'eig'), betaBinomialGain(c.a, c.b, c.n), c.eig, 1e-12 * c.eig);
};

export const learning: Readonly<Record<string, KindRunner>> = {
  ewc,
  'free-bits': freeBits,
  bald: gains,
  'eig-linear-gaussian': linearGaussian,
  'eig-beta-binomial': betaBinomial,
};
