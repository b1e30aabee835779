/**
 * `node esbuild.mjs run examples/detection.ts`: real scores of images that a classifier knows and of images that it has never seen (examples/digits), taken as two Gaussians:
 * how well can one be told from the other, and what does the measured error say of that? And a grid of signal-to-noise ratios.
 */
import { bpskErrorRate, detect, detectOverSnr, errorRateInterval, rocCurve, samplesToDecide } from 'surprisal/detection';
import { binomialTail } from 'surprisal/large-deviations';
import { logits, matrix } from '../src/index.js';
import { formatNumber, formatTable } from '../src/report/format.js';
import { bar } from '../src/report/histogram.js';
import { readDigits } from './read.js';

const z = await readDigits('teacher_logits');
const unseen = (await readDigits('is_ood')).data;
const scores = logits
  .klToUniform(matrix(Float64Array.from(z.data), z.rows, z.cols))
  .map((score) => -Math.log(Math.log(10) - score + 1e-12));
const gaussianOf = (is: number) => {
  const x = scores.filter((_, i) => unseen[i] === is);
  const mean = x.reduce((a, b) => a + b, 0) / x.length;
  return { x, mean, std: Math.sqrt(x.reduce((s, v) => s + (v - mean) ** 2, 0) / (x.length - 1)) };
};
const [known, strange] = [gaussianOf(0), gaussianOf(1)];
const found = detect(strange, known);
console.log(`Digits 0 to 7 against 8 and 9 by the classifier's confidence (−log of its entropy), as two Gaussians:`);
console.log(
  `  d′ ${formatNumber(found.dPrime, 3)}, KL ${formatNumber(found.kl, 3)} nats, Chernoff ${formatNumber(found.chernoff, 3)}, AUC ${formatNumber(found.auc, 3)}, Bayes error ${formatNumber(found.bayesError, 3)}`,
);
const decide = (s: number) => (s > found.region.from && s < found.region.to) === found.region.inside;
const errors = known.x.filter((s) => !decide(s)).length + strange.x.filter(decide).length;
const [low, high] = errorRateInterval(errors, scores.length);
console.log(
  `  measured: ${errors} errors of ${scores.length}, 95 % interval ${formatNumber(low, 3)} to ${formatNumber(high, 3)} (classes are not equally frequent, nor the scores Gaussian)`,
);
const { tail } = binomialTail(errors, scores.length, found.bayesError);
console.log(
  `  were they Gaussians, ${errors} errors or more would have p = ${formatNumber(tail, 2)}: ${tail < 0.05 ? 'they are not, or not as common as each other' : 'as they may be'}`,
);
console.log(`  observations for errors of 1 %: ${samplesToDecide(strange, known, { falseAlarm: 0.01, miss: 0.01 }).fixed}`);
for (const { falseAlarm, detection } of rocCurve(strange, known, [0.01, 0.05, 0.1, 0.2, 0.5]))
  console.log(`  ROC ${String(falseAlarm).padEnd(5)}${bar(detection, 1, 30)} ${formatNumber(detection, 3)}`);

const snr = [0, 4, 8, 12, 16, 20];
const grid = detectOverSnr(snr, { falseAlarm: 1e-3 });
const bpsk = bpskErrorRate(snr);
console.log('\nOver the signal-to-noise ratio, equal variances:');
const rows = snr.map((db, i) =>
  [db, grid.dPrime[i], grid.kl[i], grid.detection[i], grid.logBayesError[i], bpsk.logRate[i]].map((x) => formatNumber(x as number, 3)),
);
console.log(formatTable([['dB', 'd′', 'KL', 'detection at 0.001', 'log Bayes error', 'log BPSK error'], ...rows]).join('\n'));
