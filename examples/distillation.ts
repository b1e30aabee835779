// node esbuild.mjs run examples/distillation.ts. Outputs of a real teacher and student on handwritten digits (digits/SOURCE.md): how far they agree,
// what the teacher knows beyond its labels, and a student that is trained with the gradient. Every number that is printed is computed in this run.
import { matrix } from 'surprisal';
import { Agreement, darkKnowledge, distillationLossWithGradient, type Estimate } from 'surprisal/distillation';
import { formatNumber, formatShare, formatTable } from '../src/report/format.js';
import { readDigits } from './read.js';

const [CLASSES, TEMPERATURE, STEPS, RATE] = [10, 4, 400, 0.1];

const load = async (name: string) => Float64Array.from((await readDigits(name)).data);

const [T, S, labels, isOut] = (await Promise.all(['teacher_logits', 'student_logits', 'labels', 'is_ood'].map(load))) as [
  Float64Array,
  Float64Array,
  Float64Array,
  Float64Array,
];
/** Digits that neither network was trained on are left out: −100 is the label of rows to leave out. */
const known = labels.map((label, i) => (isOut[i] === 1 ? -100 : label));
const rowsOf = (data: Float64Array) => matrix(data, data.length / CLASSES, CLASSES);

const show = ({ value, interval }: Estimate, format: (x: number) => string = formatNumber) =>
  `${format(value)}  (${interval.map((x) => format(x)).join(' … ')})`;

function agreement(title: string, student: Float64Array, labelsOf = known): void {
  const { rows, kl, sameTop, topAgreement, topK, entropyGap, deltaP } = new Agreement().add(rowsOf(T), rowsOf(student), labelsOf).report();
  const table = [
    ['KL(teacher ‖ student), nats', show(kl)],
    ['same digit', show(sameTop, formatShare)],
    [`top ${topK} in common`, show(topAgreement, formatShare)],
    ['entropy, student − teacher', show(entropyGap)],
    ['probability of the label, student − teacher', deltaP === undefined ? '' : show(deltaP.mean)],
  ];
  console.log([`\n${title}, ${rows} images`, ...formatTable(table, [0, 1]).map((line) => `  ${line}`)].join('\n'));
}

agreement('Teacher and student', S);

console.log('\nWhere the divergence is: the label against the rest, and among the rest');
const split = [1, 2, 4, 8].map((temperature) => {
  const { kl, target, rest, restMass } = darkKnowledge(rowsOf(T), rowsOf(S), known, { temperature });
  return [`T = ${temperature}`, formatNumber(kl), formatNumber(target), formatNumber(rest), formatShare(restMass)];
});
console.log(
  formatTable([['', 'KL', 'label', 'rest', "teacher's mass there"], ...split])
    .map((line) => `  ${line}`)
    .join('\n'),
);

console.log(`\nPairs that carry most of the rest at T = ${TEMPERATURE}: shares among the wrong digits`);
const { pairs } = darkKnowledge(rowsOf(T), rowsOf(S), known, { temperature: TEMPERATURE, pairs: 6 });
const lines = pairs.map(({ label, other, kl, teacher, student }) => [
  `a ${label} that looks like a ${other}`,
  `teacher ${formatShare(teacher)}`,
  `student ${formatShare(student)}`,
  `${formatNumber(kl, 2)} nats`,
]);
console.log(
  formatTable(lines, [0])
    .map((line) => `  ${line}`)
    .join('\n'),
);

/** A linear layer on the student's logits learns from the teacher, on every other image; the others are held out. */
const isTraining = (row: number) => row % 2 === 0;
const trained = known.map((label, row) => (isTraining(row) ? label : -100));
const heldOut = known.map((label, row) => (isTraining(row) ? -100 : label));
const weights = Float64Array.from({ length: CLASSES * CLASSES }, (_, i) => (i % (CLASSES + 1) === 0 ? 1 : 0));
const bias = new Float64Array(CLASSES);

function apply(): Float64Array {
  return S.map((_, i) => {
    const [row, k] = [Math.floor(i / CLASSES) * CLASSES, i % CLASSES];
    let sum = bias[k] as number;
    for (let j = 0; j < CLASSES; j++) sum += (weights[k * CLASSES + j] as number) * (S[row + j] as number);
    return sum;
  });
}

let loss = 0;
for (let step = 0; step < STEPS; step++) {
  const options = { temperature: TEMPERATURE, labels: trained, alpha: 0.1 };
  const found = distillationLossWithGradient(rowsOf(T), rowsOf(apply()), options);
  if (step === 0) console.log(`\nTraining: 0.1·cross-entropy + 0.9·T²·KL at T = ${TEMPERATURE}, from ${formatNumber(found.loss)}`);
  for (const [i, slope] of found.gradient.data.entries()) {
    const [row, k] = [Math.floor(i / CLASSES) * CLASSES, i % CLASSES];
    bias[k] = (bias[k] as number) - RATE * slope;
    // The logits are of the order of 10: a smaller rate for what they are multiplied with.
    for (let j = 0; j < CLASSES; j++) {
      const at = k * CLASSES + j;
      weights[at] = (weights[at] as number) - 0.01 * RATE * slope * (S[row + j] as number);
    }
  }
  loss = found.loss;
}
console.log(`  to ${formatNumber(loss)} in ${STEPS} steps`);
agreement('Held out, before', S, heldOut);
agreement('Held out, after', apply(), heldOut);
