/**
 * `node esbuild.mjs run examples/vae.ts`: a small VAE on real digits, trained with the library's KL and its gradient for five weights β. The rate falls as β grows, until the
 * posterior has collapsed; towards β = 0 the codes leave the prior, and draws from it are no digits.
 */
import { matrix } from 'surprisal';
import { linearSchedule, type Posterior, rateCurve, regulariser } from 'surprisal/vae';
import { Random } from '../src/applications/statistics/random.js';
import { formatNumber, formatTable } from '../src/report/format.js';
import { bar } from '../src/report/histogram.js';
import { Adam, layersOver, outputOf, randomTheta, rowsOf, run, runBack, type Widths } from './network.js';
import { readImages } from './read.js';

const [SEED, PIXELS, HIDDEN, LATENT, BATCH, STEPS, RISE] = [1, 64, 24, 6, 50, 400, 130];
const BETAS = [0.001, 0.1, 0.5, 1, 20];
/** Encoder to means and log-variances, decoder to the logits of pixels. */
const ENCODER = 2;
const WIDTHS: Widths = [
  [PIXELS, HIDDEN],
  [HIDDEN, 2 * LATENT],
  [LATENT, HIDDEN],
  [HIDDEN, PIXELS],
];

const { pixels, count } = await readImages();
const order = new Random(SEED).shuffle(Int32Array.from({ length: count }, (_, i) => i));
const training = order.slice(0, 1200);
const held = rowsOf(pixels, PIXELS, order.slice(1200));
const heldCount = count - training.length;

/** Columns of the encoder's output: means first, then log-variances, which stay above −8. */
function posteriorOf(code: Float64Array): Posterior {
  const rows = code.length / (2 * LATENT);
  const part = (from: number) =>
    Float64Array.from({ length: rows * LATENT }, (_, i) => code[Math.floor(i / LATENT) * 2 * LATENT + from + (i % LATENT)] as number);
  return {
    mean: matrix(part(0), rows, LATENT),
    logVariance: matrix(
      part(LATENT).map((l) => Math.max(-8, l)),
      rows,
      LATENT,
    ),
  };
}

/** Cross-entropy of the pixels with what is decoded: summed over pixels, mean over images, less the entropy of the pixels themselves. */
function distortion(logits: Float64Array, x: Float64Array): number {
  let sum = 0;
  for (const [i, z] of logits.entries()) {
    const t = x[i] as number;
    sum += Math.max(z, 0) - z * t + Math.log1p(Math.exp(-Math.abs(z))) + (t > 0 && t < 1 ? t * Math.log(t) + (1 - t) * Math.log1p(-t) : 0);
  }
  return (sum * PIXELS) / x.length;
}

function train(beta: number): Float64Array {
  const random = new Random(SEED);
  const theta = randomTheta(WIDTHS, random);
  const layers = layersOver(theta, WIDTHS);
  const [encoder, decoder] = [layers.slice(0, ENCODER), layers.slice(ENCODER)];
  const adam = new Adam(theta, 0.005);
  // β rises over the first third: a decoder that reads nothing yet is a reason to collapse.
  const schedule = linearSchedule({ steps: RISE, to: beta });
  for (let step = 0; step < STEPS; step++) {
    const rows = Int32Array.from({ length: BATCH }, () => training[random.below(training.length)] as number);
    const x = rowsOf(pixels, PIXELS, rows);
    const encoded = run(encoder, x);
    const posterior = posteriorOf(encoded.at(-1) as Float64Array);
    const { mean, logVariance } = posterior;
    const noise = Float64Array.from(mean.data, () => random.normal());
    const std = Float64Array.from(logVariance.data, (l) => Math.exp(l / 2));
    const decoded = run(
      decoder,
      noise.map((e, i) => (mean.data[i] as number) + e * (std[i] as number)),
    );
    const gradient = new Float64Array(theta.length);
    const slopes = layersOver(gradient, WIDTHS);
    const byPixels = (decoded.at(-1) as Float64Array).map((z, i) => (1 / (1 + Math.exp(-z)) - (x[i] as number)) / BATCH);
    const byCode = runBack(decoder, slopes.slice(ENCODER), decoded, byPixels, true);
    const ofKl = regulariser(posterior, { beta: schedule(step) }).gradient;
    const byEncoded = Float64Array.from({ length: BATCH * 2 * LATENT }, (_, i) => {
      const [row, d] = [Math.floor(i / (2 * LATENT)), i % (2 * LATENT)];
      const at = row * LATENT + (d % LATENT);
      if (d < LATENT) return (byCode[at] as number) + (ofKl.mean[at] as number);
      return ((byCode[at] as number) * (noise[at] as number) * (std[at] as number)) / 2 + (ofKl.logVariance[at] as number);
    });
    runBack(encoder, slopes.slice(0, ENCODER), encoded, byEncoded);
    adam.step(gradient);
  }
  return theta;
}

const models = BETAS.map((beta) => {
  const theta = train(beta);
  const layers = layersOver(theta, WIDTHS);
  const posterior = posteriorOf(outputOf(layers.slice(0, ENCODER), held));
  const decode = (codes: Float64Array) => outputOf(layers.slice(ENCODER), codes);
  return { beta, posterior, decode };
});
const reports = rateCurve(models, { draws: 200, seed: SEED });

console.log(
  `A VAE of ${LATENT} dimensions on ${training.length} images of digits, seen on ${heldCount} others; seed ${SEED}. Rate over β, in nats:`,
);
const most = Math.max(...reports.map(({ rate }) => rate));
const lines = reports.map((report, i) => {
  const { posterior, decode } = models[i] as (typeof models)[number];
  return [
    formatNumber(report.beta),
    bar(report.rate, most, 24),
    formatNumber(report.rate, 3),
    formatNumber(distortion(decode(posterior.mean.data as Float64Array), held), 3),
    `${report.active.length} of ${LATENT}`,
    formatNumber(report.mutualInformation.value, 3),
    formatNumber(Math.max(report.aggregateAtLeast, report.aggregate.value), 3),
  ];
});
console.log(formatTable([['β', '', 'rate', 'distortion', 'active', 'I(x; z)', 'q(z) to prior'], ...lines], [1]).join('\n'));
console.log(
  `(I(x; z) cannot exceed log ${heldCount} = ${formatNumber(Math.log(heldCount), 3)}; the distortion is that of the codes' means)\n`,
);

const ends = [reports[0], reports.find(({ beta }) => beta === 1), reports.at(-1)] as typeof reports;
for (const { beta, verdicts } of ends) console.log(`β = ${beta}\n  ${verdicts.join('\n  ')}`);

/** Each column four draws from N(0, I), decoded. */
const SHADES = ' ░▒▓█';
console.log('\nDraws from the prior, decoded:');
for (const beta of ends.map((report) => report.beta)) {
  const random = new Random(7);
  const { decode } = models.find((model) => model.beta === beta) as (typeof models)[number];
  const drawn = decode(Float64Array.from({ length: 6 * LATENT }, () => random.normal())).map((z) => 1 / (1 + Math.exp(-z)));
  console.log(`β = ${beta}`);
  for (let y = 0; y < 8; y++) {
    const shades = Array.from({ length: 6 }, (_, image) =>
      Array.from(drawn.subarray(image * PIXELS + y * 8, image * PIXELS + y * 8 + 8), (v) =>
        (SHADES[Math.round(4 * v)] as string).repeat(2),
      ).join(''),
    );
    console.log(`  ${shades.join('  ')}`.trimEnd());
  }
}
