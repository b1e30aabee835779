/**
 * `node esbuild.mjs run examples/speech.ts [FOLDER] [--svg FILE]`: the 16,128 diagonal Gaussians of a real speech recogniser (Debian's pocketsphinx-en-us), all against all. Of each
 * phone there is a codebook of 128 Gaussians a stream of features: cepstra, their slopes, the slopes of those. Which phones sound alike, and which Gaussians does the model
 * have twice? 260 million divergences go by in blocks; their matrix would take 1 GB.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { matrix, pairwise } from 'surprisal';
import { formatCount, formatNumber, formatShare, formatTable, formatTime } from '../src/report/format.js';
import { bar } from '../src/report/histogram.js';
import { heatMap } from './speech/heatMap.js';
import { findModel, readDensities, readPhones } from './speech/sphinx.js';

/** Variances below are raised to it, as the recogniser does by itself. */
const FLOOR = 1e-4;
/** Neighbours of each Gaussian. */
const NEAREST = 5;

const args = process.argv.slice(2);
const svg = args.includes('--svg') ? args.splice(args.indexOf('--svg'), 2)[1] : undefined;
let folder = '';
try {
  folder = findModel(args[0]);
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
const means = readDensities(join(folder, 'means'));
const variances = readDensities(join(folder, 'variances'));
const phones = readPhones(join(folder, 'mdef'));
const { codebooks, streams, densities, dimensions } = means;
const phoneOf = (row: number) => Math.floor(row / (streams * densities));
const streamOf = (row: number) => Math.floor(row / densities) % streams;

// What was never trained has no variance at all, and says nothing about a phone.
const isTrained = (row: number) => variances.data.subarray(row * dimensions, (row + 1) * dimensions).some((x) => x > 0);
const all = codebooks * streams * densities;
const trained = Array.from({ length: all }, (_, row) => row).filter(isTrained).length;
const gaussians = {
  mean: matrix(means.data, all, dimensions),
  variance: matrix(
    variances.data.map((x) => Math.max(x, FLOOR)),
    all,
    dimensions,
  ),
};
console.log(
  `${folder}: ${formatCount(all)} Gaussians of ${dimensions} dimensions, ${codebooks} phones × ${streams} streams × ${densities}; ${all - trained} never trained`,
);

let peak = 0;
const watch = () => {
  const { rss, arrayBuffers } = process.memoryUsage();
  peak = Math.max(peak, rss);
  return arrayBuffers;
};
watch();
const before = peak;

// All pairs, of which the nearest of each phone is kept: how far a Gaussian is from what another phone has in the same stream.
const nearestOfPhone = new Float64Array(all * codebooks).fill(Infinity);
let start = performance.now();
let buffers = 0;
for (const { first, values } of pairwise.gaussianBlocks(gaussians)) {
  for (let i = 0; i < values.rows; i++) {
    const row = first + i;
    const stream = streamOf(row);
    for (let phone = 0; phone < codebooks; phone++) {
      const from = (phone * streams + stream) * densities;
      let least = Infinity;
      for (let j = from; j < from + densities; j++) {
        const value = values.data[i * all + j] as number;
        if (value < least && j !== row) least = value;
      }
      nearestOfPhone[row * codebooks + phone] = least;
    }
  }
  if (first % 512 === 0) buffers = Math.max(buffers, watch());
}
const seconds = (performance.now() - start) / 1000;
watch();
console.log(
  `${formatCount(all * all)} divergences in blocks: ${formatTime(seconds)}, ${formatNumber((1e9 * seconds) / all / all, 3)} ns each; ` +
    `peak ${formatCount(peak / 2 ** 20)} MB of memory, ${formatCount((peak - before) / 2 ** 20)} MB above what reading took, of which ${formatNumber(nearestOfPhone.byteLength / 2 ** 20, 2)} MB are the answers`,
);

start = performance.now();
const { indices, values } = pairwise.nearestGaussians(gaussians, undefined, NEAREST);
watch();
console.log(`the ${NEAREST} nearest of each: ${formatTime((performance.now() - start) / 1000)}; peak ${formatCount(peak / 2 ** 20)} MB`);

// Phone by phone: how many of a phone's cepstral Gaussians have another phone's as their nearest, and whose.
const shares = new Float64Array(codebooks * codebooks);
const used = new Float64Array(codebooks);
for (let row = 0; row < all; row++) {
  if (!isTrained(row) || streamOf(row) !== 0) continue;
  const phone = phoneOf(row);
  const near = nearestOfPhone.subarray(row * codebooks, (row + 1) * codebooks);
  let best = 0;
  for (let other = 1; other < codebooks; other++) if ((near[other] as number) < (near[best] as number)) best = other;
  const at = phone * codebooks + best;
  shares[at] = (shares[at] as number) + 1;
  used[phone] = (used[phone] as number) + 1;
}
for (let i = 0; i < shares.length; i++) shares[i] = (shares[i] as number) / (used[Math.floor(i / codebooks)] as number);

const name = (phone: number) => phones[phone] as string;
const lines = phones.map((_, phone) => {
  const others = phones.map((_, other) => [shares[phone * codebooks + other] as number, other] as const).sort((a, b) => b[0] - a[0]);
  return { phone, most: others[0]?.[0] as number, others: others.slice(0, 3) };
});
lines.sort((a, b) => b.most - a.most);
console.log(
  "\nWhose Gaussian is the nearest of a phone's cepstral Gaussians? Of the same phone it rarely is: training has put those apart.",
);
const table = lines.map(({ phone, most, others }) => [
  name(phone),
  bar(most, 0.6, 20),
  others.map(([share, other]) => `${name(other)} ${formatShare(share)}`).join(', '),
]);
for (const line of formatTable(table, [0, 1, 2])) console.log(`  ${line}`);

// Neighbours of all streams: does the space fall apart into streams and phones?
let [ownPhone, ownStream, rows] = [0, 0, 0];
let twins = 0;
for (let row = 0; row < all; row++) {
  if (!isTrained(row)) continue;
  rows++;
  if ((values[row * NEAREST] as number) < 1e-6) twins++;
  for (let n = row * NEAREST; n < (row + 1) * NEAREST; n++) {
    const other = indices[n] as number;
    if (streamOf(other) !== streamOf(row)) continue;
    ownStream++;
    if (phoneOf(other) === phoneOf(row)) ownPhone++;
  }
}
console.log(
  `\nOf ${NEAREST} neighbours, ${formatShare(ownStream / rows / NEAREST)} are of the same stream, ${formatShare(ownPhone / rows / NEAREST)} of the same phone too; ` +
    `${twins} Gaussians have a twin within 1e-6 nats.`,
);

if (svg !== undefined) {
  writeFileSync(svg, heatMap(phones, shares));
  console.log(`${svg}: whose Gaussian is nearest, phone by phone`);
}
