/** docs/scales.md: what trainers compute is what this library computes with the options that the page names, times the factor that it names. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ewcPenalty } from '../../src/applications/continualLearning.js';
import { type DistillationOptions, distillationLossWithGradient } from '../../src/applications/distillation.js';
import { regulariser } from '../../src/applications/vae.js';
import { type Floats, matrix } from '../../src/index.js';
import { need } from '../support/need.js';
import { hasPeer, requirePeer } from '../support/peers.js';
import { pythonWith } from '../support/python.js';
import { createRng, seedOr } from '../support/rng.js';
import { root } from '../support/sources.js';

const seed = seedOr(20261128);
const rng = createRng(seed);
const [B, T, V, N, D, P] = [3, 4, 6, 5, 3, 8];
const draw = (length: number, scale = 1) => Float64Array.from({ length }, () => scale * rng.normal());
const [teacher, student] = [draw(B * T * V, 2), draw(B * T * V, 2)];
const LABELS = Array.from({ length: B * T }, (_, i) => (i % 5 === 3 ? -100 : rng.below(V)));
const [mean, logVariance] = [draw(N * D), draw(N * D)];
const [theta, optimum, fisher] = [draw(P), draw(P), draw(P).map(Math.abs)];
const [temperature, alpha, lambda] = [3, 0.3, 70];

interface Answer {
  readonly loss: number;
  readonly gradient?: ArrayLike<number> | undefined;
}

const distilled = (options: DistillationOptions, shape: readonly number[] = [B, T, V], times = 1): Answer => {
  const rows = (data: Float64Array) => ({ data, shape });
  const { loss, gradient } = distillationLossWithGradient(rows(teacher), rows(student), { temperature, ...options });
  return { loss: times * loss, gradient: gradient.data.map((slope) => times * slope) };
};
const regularised = (times: number): Answer => {
  const { loss, gradient } = regulariser({ mean: matrix(mean, N, D), logVariance: matrix(logVariance, N, D) }, { beta: times });
  return { loss, gradient: gradient.mean as Floats };
};
const flat = [B * T, V];
const BETAS = [0, 0.3, 0.5, 1];
const generalised = (weight: number, more: DistillationOptions): Answer =>
  distilled({ divergence: 'jensen-shannon', weight, endpoints: 'kl', squaredTemperature: false, ...more });

/** The conversions of the page. */
const OURS: Readonly<Record<string, Answer>> = {
  'batchmean, rows': distilled({}, flat),
  'tutorial, rows': distilled({}, flat),
  'batchmean, sequences': distilled({ reduction: 'batchmean' }),
  mean: distilled({ divisor: B * T * V }),
  sum: distilled({ reduction: 'sum' }),
  'masked batchmean': distilled({ labels: LABELS }),
  'alpha CE + (1 - alpha) T² KL': distilled({ alpha, labels: LABELS.map((label) => Math.max(0, label)) }, flat),
  'prior, summed over the batch': regularised(N),
  'prior, mean over the batch': regularised(1),
  'prior, mean of all entries': regularised(1 / D),
  'prior, kl_divergence': regularised(1),
  'spring without ½': { loss: ewcPenalty(theta, [{ optimum, fisher }], 2 * lambda).value },
  'spring with ½': { loss: ewcPenalty(theta, [{ optimum, fisher }], lambda).value },
  ...Object.fromEntries(BETAS.map((beta) => [`generalised by ${beta}, labels`, generalised(beta, { labels: LABELS })])),
  ...Object.fromEntries(BETAS.map((beta) => [`generalised by ${beta}, no labels`, generalised(beta, { reduction: 'batchmean' })])),
};

const nested = (data: ArrayLike<number>, [size, ...rest]: readonly number[]): unknown => {
  const width = rest.reduce((product, n) => product * n, 1);
  const list = Array.from(data);
  return rest.length === 0 ? list : Array.from({ length: size as number }, (_, i) => nested(list.slice(i * width, (i + 1) * width), rest));
};

describe(`scales of other trainers (seed ${seed})`, () => {
  it('PyTorch’s losses and gradients are those of the options that the page names', (context) => {
    const python = pythonWith('torch');
    need(context, python !== undefined, 'a Python with PyTorch (python3-torch)');
    const input = {
      ...{ temperature, alpha, betas: BETAS, lambda },
      teacher: nested(teacher, [B, T, V]),
      student: nested(student, [B, T, V]),
      labels: nested(LABELS, [B, T]),
      mean: nested(mean, [N, D]),
      logVariance: nested(logVariance, [N, D]),
      ...{ theta: [...theta], optimum: [...optimum], fisher: [...fisher] },
    };
    const asked = { input: JSON.stringify(input), encoding: 'utf8' } as const;
    const { stdout, stderr } = spawnSync(python as string, ['-W', 'ignore', join(root, 'test/peers/torch_scales.py')], asked);
    expect(stderr).toBe('');
    const theirs = JSON.parse(stdout) as Record<string, Answer>;
    expect(Object.keys(OURS)).toEqual(Object.keys(theirs));
    for (const [name, { loss, gradient = [] }] of Object.entries(theirs)) {
      const found = OURS[name] as Answer;
      // Some 70 float64 terms of size up to 100, in another order.
      expect(Math.abs(found.loss / loss - 1), name).toBeLessThan(1e-12);
      for (let i = 0; i < gradient.length; i++)
        expect(Math.abs((found.gradient?.[i] as number) - (gradient[i] as number)), `${name}, slope ${i}`).toBeLessThan(1e-12 * (1 + loss));
    }
  });

  it('TensorFlow.js: the Kullback–Leibler loss of softmaxes is the mean over rows, without T²', async (context) => {
    need(context, hasPeer('@tensorflow/tfjs-layers'), 'npm ci --prefix test/peers');
    // biome-ignore lint/suspicious/noExplicitAny: the packages have their own types, in another folder
    const [tf, layers] = [requirePeer<any>('@tensorflow/tfjs-core'), requirePeer<any>('@tensorflow/tfjs-layers')];
    requirePeer('@tensorflow/tfjs-backend-cpu');
    await tf.setBackend('cpu');
    const model = layers.sequential({ layers: [layers.layers.activation({ activation: 'linear', inputShape: [V] })] });
    model.compile({ loss: 'kullbackLeiblerDivergence', optimizer: 'sgd' });
    const softmax = (data: Float64Array) => tf.softmax(tf.div(tf.tensor2d(Float32Array.from(data), flat), temperature));
    const loss = model.evaluate(softmax(student), softmax(teacher)).dataSync()[0] as number;
    const own = distilled({ squaredTemperature: false }, flat).loss;
    expect(Math.abs(loss / own - 1)).toBeLessThan(1e-5); // float32, and no probability here is near the 1e-7 to which it clips
  });
});
