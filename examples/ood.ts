// node esbuild.mjs run examples/ood.ts. A real classifier of handwritten digits was trained without 8 and 9 (digits/SOURCE.md): which images does it know nothing of?
// The threshold comes from half of the digits that it knows, and every number that is printed from the rest. All are computed in this run.
import { logits as ofLogits, matrix } from 'surprisal';
import { calibrate, detect, type Measured, oodMetrics, SCORES, type Side, templatesOf } from 'surprisal/ood';
import { formatNumber, formatShare, formatTable } from '../src/report/format.js';
import { readDigits } from './read.js';

const CLASSES = 10;

const load = async (name: string) => Float32Array.from((await readDigits(name)).data);

const [logits, labels, isOut] = (await Promise.all(['teacher_logits', 'labels', 'is_ood'].map(load))) as [
  Float32Array,
  Float32Array,
  Float32Array,
];
const rows = (keep: (row: number) => boolean) => {
  const kept = [...labels.keys()].filter(keep);
  const data = Float32Array.from(kept.flatMap((row) => [...logits.subarray(row * CLASSES, (row + 1) * CLASSES)]));
  return { kept, matrix: matrix(data, kept.length, CLASSES) };
};
const calibration = rows((row) => isOut[row] === 0 && row % 2 === 0);
const fresh = rows((row) => isOut[row] === 1 || row % 2 === 1);
const flags = fresh.kept.map((row) => isOut[row] as number);
const unseen = flags.filter((flag) => flag === 1).length;

console.log(`calibrated on ${calibration.kept.length} images of 0 to 7; ${fresh.kept.length} others, ${unseen} of them an 8 or a 9\n`);

const show = ({ value, interval }: Measured) => `${formatNumber(value, 3)} (${interval.map((x) => formatNumber(x, 3)).join(' … ')})`;
const table = SCORES.map((score) => {
  const templates = templatesOf(calibration.matrix);
  const { auroc, auprIn, auprOut, fprAtTpr } = oodMetrics(fresh.matrix, flags, { score, templates });
  const found = detect(calibrate(calibration.matrix, { score }), fresh.matrix);
  const caught = found.alarms.filter(({ row }) => flags[row] === 1).length;
  const wrong = found.count - caught;
  return [
    score,
    show(auroc),
    show(auprIn),
    show(auprOut),
    show(fprAtTpr),
    formatShare(caught / unseen),
    formatShare(wrong / (flags.length - unseen)),
  ];
});
console.log(formatTable([['score', 'AUROC', 'AUPR, inside', 'AUPR, outside', 'FPR95', 'caught', 'false'], ...table], [0]).join('\n'));

const RATE = 0.05;
const SIDES: readonly Side[] = ['low', 'high', 'two-sided'];
const detections = SIDES.map((side) => ({ side, found: detect(calibrate(calibration.matrix, { side, rate: RATE }), fresh.matrix) }));
const share = (rows: readonly { row: number }[], flag: number, of: number) =>
  formatShare(rows.filter(({ row }) => flags[row] === flag).length / of);
/** KL to uniform is log K − H; near log K only H has digits. */
const byEntropy = (h: number) => `log ${CLASSES} − ${formatNumber(h, 3)}`;
const ends = detections.map(({ side, found: { alarms } }) => {
  const { low, high } = calibrate(calibration.matrix, { side, rate: RATE, score: 'entropy' });
  const expected = (low?.rate.expected ?? 0) + (high?.rate.expected ?? 0);
  const at = [low, high].map((end) => (end === undefined ? '–' : byEntropy(-end.value)));
  return [side, ...at, formatShare(expected), share(alarms, 0, flags.length - unseen), share(alarms, 1, unseen)];
});
console.log(`\nWhich end, by KL to uniform at a rate of ${formatShare(RATE)}, nats:`);
console.log(formatTable([['side', 'below', 'above', 'false, expected', 'false', 'caught'], ...ends], [0]).join('\n'));

const entropies = ofLogits.entropy(fresh.matrix);
for (const { side, found } of detections.slice(0, 2)) {
  console.log(`\nThe farthest ${side === 'low' ? 'below, less' : 'above, more'} sure than known images are, of ${found.count}:`);
  for (const { row, predicted } of found.alarms.slice(0, 5)) {
    const place = fresh.kept[row] as number;
    console.log(`  image ${place}: ${byEntropy(entropies[row] as number)} nats, taken for a ${predicted}, is a ${labels[place]}`);
  }
}
