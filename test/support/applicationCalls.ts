/** A call of every public function of the applications that takes rows, numbers in vectors, or tensors. */
import * as activeLearning from '../../src/applications/activeLearning.js';
import * as audit from '../../src/applications/audit.js';
import * as composition from '../../src/applications/composition.js';
import * as continualLearning from '../../src/applications/continualLearning.js';
import * as distillation from '../../src/applications/distillation.js';
import * as drift from '../../src/applications/drift.js';
import * as fairness from '../../src/applications/fairness.js';
import * as interop from '../../src/applications/interop.js';
import * as kld from '../../src/applications/kld.js';
import * as ood from '../../src/applications/ood.js';
import * as vae from '../../src/applications/vae.js';
import { klDivergence, type Matrix, matrix, type NumericArray, type TensorLike } from '../../src/index.js';

/** The sub-paths, as they are or with something between. */
export const MODULES = { activeLearning, audit, composition, continualLearning, distillation, drift, fairness, interop, kld, ood, vae };
export type Modules = typeof MODULES;

/** The same small numbers in a form of storage; every one is m/8, which all of them hold exactly. */
export interface Form {
  /** An array, or {data, dtype} where it is of bits. */
  vector(...values: readonly number[]): Float64Array;
  rows(cols: number, ...values: readonly number[]): Matrix;
  /** As onnxruntime has it: {data, dims, type}. */
  tensor(dims: readonly number[], ...values: readonly number[]): TensorLike & { readonly data: NumericArray };
}

const A = [1, 2, 3, 4, 2.5, 1, 0.5, 1, 3.5] as const;
const B = [2, 1, 4, 3, 1.5, 1, 2, 3, 0.25] as const;
const LABELS = [0, 2, 1];
const GROUPS = ['a', 'a', 'b', 'b', 'a', 'b'];
const encoder = ({ rows }: Form) => ({ mean: rows(3, ...A), logVariance: rows(3, ...B.map((x) => -x)) });
const ensemble = ({ tensor }: Form) => tensor([2, 2, 2], 1, 2, 3, 4, 2.5, 1, 0.5, 1);
const task = ({ vector }: Form) => ({ optimum: vector(1, 2, 3), fisher: vector(0.5, 1, 4) });

/** By sub-path and function. */
export function callsOf({
  activeLearning,
  audit,
  composition,
  continualLearning,
  distillation,
  drift,
  fairness,
  interop,
  kld,
  ood,
  vae,
}: Modules): Readonly<Record<string, (of: Form) => unknown>> {
  return {
    'active-learning TopK': (of) => new activeLearning.TopK(2).add(of.vector(1, 3, 2), of.rows(3, ...A)).chosen,
    'active-learning bald': (of) => activeLearning.bald(ensemble(of)),
    'active-learning bald of logits': (of) => activeLearning.bald(ensemble(of), { as: 'logits' }),
    'active-learning committeeScores': (of) => activeLearning.committeeScores(ensemble(of)),
    'active-learning expectedLabelEffect': (of) => [
      activeLearning.expectedLabelEffect(ensemble(of)),
      activeLearning.expectedLabelEffect(ensemble(of), { targets: of.tensor([1, 2, 2], 4, 1, 1, 2) }),
    ],
    'active-learning diverseBatch': ({ vector }) => {
      const scores = [1, 0.875, 0.75].map((score, index) => ({ index, score }));
      return activeLearning.diverseBatch(scores, [vector(1, 2), vector(1, 2), vector(3, 1)], 2);
    },
    'audit audit': ({ rows }) => audit.audit(rows(3, ...A), rows(3, ...B), { as: 'counts' }),
    'audit Auditor': ({ rows }) => new audit.Auditor({ as: 'logits' }).add(rows(3, ...A), rows(3, ...B)).report(),
    'composition bootstrapDivergence': ({ vector }) =>
      composition.bootstrapDivergence(vector(8, 2, 4), vector(3, 5, 1), { replicates: 20 }),
    'composition compareCounts': ({ vector }) => composition.compareCounts(vector(8, 2, 4), vector(3, 5, 1), { replicates: 100 }),
    'composition compareGroups': ({ rows }) =>
      composition.compareGroups({ rows: rows(2, 8, 2, 7, 3, 1, 9, 2, 6), groups: ['a', 'a', 'b', 'b'] } as never, { replicates: 100 }),
    'composition distanceMatrix': ({ rows }) => composition.distanceMatrix(rows(3, ...A)),
    'composition estimateDivergence': ({ vector }) => composition.estimateDivergence(vector(8, 2, 4), vector(3, 5, 1)),
    'composition taxonomyLevels': ({ vector }) => composition.taxonomyLevels(vector(8, 2), vector(3, 5), ['a;b', 'a;c']),
    'continual-learning FisherDiagonal': (of) => [
      new continualLearning.FisherDiagonal(3).add(of.rows(3, ...A)).add(of.tensor([1, 3], 1, 2, 3)).value,
      new continualLearning.FisherDiagonal(3).addExact(of.rows(3, ...A), of.vector(0.25, 0.25, 0.5)).value,
    ],
    'continual-learning OnlineEwc': (of) =>
      new continualLearning.OnlineEwc()
        .consolidate(task(of))
        .consolidate(task(of))
        .penalty(of.vector(2, 2, 2), 1),
    'continual-learning ewcPenalty': (of) => continualLearning.ewcPenalty(of.vector(2, 2, 2), [task(of)], 2),
    'continual-learning normalizeImportance': ({ vector }) => continualLearning.normalizeImportance(vector(1, 2, 4)),
    'continual-learning predictiveReport': (of) =>
      continualLearning.predictiveReport({ old: of.rows(3, ...A), new: of.rows(3, ...B) }, of.vector(2, 2, 2), task(of)),
    'continual-learning sampleLabels': ({ rows }) => [
      continualLearning.sampleLabels(rows(3, ...A), { seed: 1 }),
      continualLearning.sampleLabels(rows(3, ...A), { seed: 1, as: 'probabilities' }),
    ],
    'distillation Agreement': ({ rows }) =>
      new distillation.Agreement({ replicates: 100 }).add(rows(3, ...A), rows(3, ...B), LABELS).report(),
    'distillation DistillationMeter': ({ rows }) => {
      const meter = new distillation.DistillationMeter({ topK: 2, alpha: 0.5 });
      return [meter.add(rows(3, ...A), rows(3, ...B), LABELS), meter.result()];
    },
    'distillation darkKnowledge': ({ rows }) => distillation.darkKnowledge(rows(3, ...A), rows(3, ...B), LABELS),
    'distillation distillationLoss': ({ tensor }) => distillation.distillationLoss(tensor([3, 3], ...A), tensor([3, 3], ...B)),
    'distillation distillationLossWithGradient': ({ rows }) =>
      distillation.distillationLossWithGradient(rows(3, ...A), rows(3, ...B), { divergence: 'jensen-shannon', weight: 0.25 }),
    'drift knnKlDivergence': ({ rows }) => drift.knnKlDivergence(rows(1, 1, 2.5, 7, 0.25), rows(1, 1.5, 5, 0.5)),
    'drift monteCarloKlDivergence': ({ vector }) => drift.monteCarloKlDivergence(vector(0.5, -0.25, 1)),
    'fairness attributeFlip': ({ rows }) => fairness.attributeFlip({ a: rows(3, ...A), b: rows(3, ...B) }),
    'fairness disparity': (of) => [
      fairness.disparity(of.rows(3, ...A, ...B), GROUPS, { permutations: 99 }),
      fairness.disparity(of.tensor([6], 0.5, 0.25, 0.125, 0.5, 0.75, 0.25), GROUPS, { of: 'scores', permutations: 99 }),
    ],
    'fairness disparityPenalty': ({ rows }) => fairness.disparityPenalty(rows(3, ...A, ...B), GROUPS),
    'interop rowsOf': ({ tensor }) => klDivergence(interop.rowsOf(tensor([3, 3], ...A)), [1, 2, 3]),
    'kld KldComparison': ({ rows }) => {
      const base = {
        data: Float32Array.from(A),
        rows: 3,
        targets: Int32Array.of(0, 1, 2),
        floors: new Float32Array(3),
        spans: new Float32Array(3),
      };
      const comparison = new kld.KldComparison({ rowsPerChunk: 3, replicates: 100 });
      return [comparison.add(base as never, rows(3, ...B)), comparison.report()];
    },
    'ood Calibrator': ({ rows }) => new ood.Calibrator({ score: 'max-logit' }).add(rows(3, ...A, ...B)).detector(),
    'ood OodMeter': ({ rows }) => new ood.OodMeter({ score: 'energy' }).add(rows(3, ...A), [0, 1, 0]).metrics(),
    'ood TemplateSums': ({ rows }) => {
      const sums = new ood.TemplateSums();
      sums.add(rows(3, ...A), 1);
      return sums.templates();
    },
    'ood calibrate': ({ rows }) => ood.calibrate(rows(3, ...A, ...B), { score: 'kl-matching-min' }),
    'ood detect': ({ rows }) => ood.detect(ood.calibrate(matrix([...A, ...B], 6, 3)), rows(3, ...A)),
    'ood oodMetrics': ({ rows }) => ood.oodMetrics(rows(3, ...A), [0, 1, 0]),
    'ood oodScores': ({ tensor }) =>
      ood.SCORES.filter((score) => !ood.needsTemplates(score)).map((score) => ood.oodScores(tensor([3, 3], ...A), { score })),
    'ood templatesOf': ({ rows }) => ood.templatesOf(rows(3, ...A)),
    'vae latentReport': (of) => vae.latentReport(encoder(of), { draws: 50 }),
    'vae rateCurve': (of) => vae.rateCurve([{ beta: 1, posterior: encoder(of) }], { draws: 50 }),
    'vae regulariser': (of) => [vae.regulariser(encoder(of)), vae.regulariser(encoder(of), { freeBits: 0.5, freeBitsOver: 'sample' })],
  };
}

export function floatForm(Kind: Float32ArrayConstructor | Float64ArrayConstructor): Form {
  return {
    vector: (...values) => Kind.from(values) as Float64Array,
    rows: (cols, ...values) => matrix(Kind.from(values), values.length / cols, cols),
    tensor: (dims, ...values) => ({ data: Kind.from(values), dims }),
  };
}
