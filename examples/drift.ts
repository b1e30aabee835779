/**
 * `node esbuild.mjs run examples/drift.ts`: a real classifier in use (examples/digits). The baseline is what it says of digits that it knows; then windows come, at first of such digits,
 * and then with images that it has never seen.
 */
import { DriftMonitor, fitBaseline } from 'surprisal/drift';
import { Random } from '../src/applications/statistics/random.js';
import { logits, matrix } from '../src/index.js';
import { formatNumber } from '../src/report/format.js';
import { bar } from '../src/report/histogram.js';
import { readDigits } from './read.js';

const z = await readDigits('teacher_logits');
const unseen = (await readDigits('is_ood')).data;
const scores = matrix(Float64Array.from(z.data), z.rows, z.cols);
const surprise = logits.entropy(scores);
const rows = Array.from(surprise, (entropy, i) => {
  const own = Array.from(z.data.subarray(i * z.cols, (i + 1) * z.cols));
  return { entropy, class: `digit ${own.indexOf(Math.max(...own))}`, strange: unseen[i] === 1 };
});
// In the file's order writers differ: the images are mixed first.
const random = new Random(1);
const order = random.shuffle(Int32Array.from(rows.keys()));
const mixed = Array.from(order, (i) => rows[i] as (typeof rows)[number]);
const known = mixed.filter(({ strange }) => !strange);
const features = ({ entropy, class: label }: (typeof rows)[number]) => ({ entropy, class: label });
const baseline = fitBaseline(known.slice(0, 140).map(features), { bins: 6 });
console.log(`A baseline of ${baseline.rows} images, ${JSON.stringify(baseline).length} characters of JSON; 5 % false alarms`);
for (const [what, window] of [
  ['digits it knows', known.slice(140)],
  ['a quarter never seen', [...known.slice(140, 245), ...mixed.filter(({ strange }) => strange).slice(0, 35)]],
  ['never seen', mixed.filter(({ strange }) => strange)],
] as const) {
  const report = new DriftMonitor(baseline, { falseAlarmRate: 0.05 }).update(window.map(features)).check();
  console.log(`\n${what}, ${window.length} images: ${report.alarm ? 'ALARM. ' : ''}${report.sentence}`);
  for (const { feature, js, interval, adjusted } of report.features)
    console.log(
      `  ${feature.padEnd(8)} ${bar(js, 0.7, 24).padEnd(24)} ${formatNumber(js, 3)} nats (95 % ${formatNumber(interval[0], 2)} to ${formatNumber(interval[1], 2)}), p = ${formatNumber(adjusted, 2)}`,
    );
}
