// node esbuild.mjs run examples/ood.ts. A real classifier of handwritten digits was trained without 8 and 9 (digits/SOURCE.md): which images does it know nothing of?
// The threshold comes from half of the digits that it knows, and every number that is printed from the rest. All are computed in this run.
import { matrix } from 'surprisal';
import { calibrate, detect, type Measured, oodMetrics, SCORES, templatesOf } from 'surprisal/ood';
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

const { alarms, count } = detect(calibrate(calibration.matrix, { rate: 0.05 }), fresh.matrix, { most: 5 });
console.log(`\nthe surest alarms of ${count}, by KL to uniform below what 5 % of known images have:`);
for (const { row, score, predicted } of alarms) {
  const place = fresh.kept[row] as number;
  console.log(`  image ${place}: ${formatNumber(score)} nats, taken for a ${predicted}, is a ${labels[place]}`);
}
