// npm run demo: what `surprisal score`, and the library under it, say about the outputs of two real classifiers of handwritten digits.
// digits/SOURCE.md describes the data. Every number that is printed is computed in this run.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import pc from 'picocolors';
import { backend, createCore, logits, type Matrix, matrix } from 'surprisal';
import { type AuditReport, audit, type ConventionReport, type Counts } from 'surprisal/audit';
import { formatError } from '../src/applications/audit/words.js';
import { quantile, type Sorted } from '../src/report/distribution.js';
import { formatCount, formatNumber, formatRate, formatShare, formatTable } from '../src/report/format.js';
import { bar, count, histogram } from '../src/report/histogram.js';
import { readMatrix } from './read.js';
import { roundToBytes, roundToHalf } from './round.js';
import { usualKl } from './usual.js';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0); // the reader has seen enough, as in: npm run demo | head
});

const FOLDER = 'examples/digits';
const TEACHER = 'digits_teacher_logits.npy';
const STUDENT = 'digits_student_logits.npy';
const LABELS = 'digits_labels.npy';
const LEFT_OUT = 'digits_is_ood.npy';

const paint = pc.createColors(process.stdout.isTTY === true && process.stdout.hasColors());
const say = (...lines: string[]): void => console.log(lines.join('\n'));
const title = (text: string): void => say('', paint.bold(text));

/** What a run of the command answers: its scores, and the part of its JSON that is used here. */
interface Scored {
  readonly scores: Float64Array;
  readonly summary: { mean: number; max: number; quantiles: Record<string, number>; largest: { row: number }[] };
}

const room = mkdtempSync(join(tmpdir(), 'surprisal-demo-'));
process.once('exit', () => rmSync(room, { recursive: true })); // a reader may have seen enough at any line

/** Runs `surprisal score` in the folder of the data. */
async function score(args: string): Promise<Scored> {
  const out = join(room, 'scores.npy');
  const line = ['../../build/cli.js', 'score', ...args.split(' '), '--out', out, '--json'];
  const { status, stdout, stderr } = spawnSync(process.execPath, line, { cwd: FOLDER, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  const scores = Float64Array.from((await readMatrix(out)).data);
  return { scores, summary: JSON.parse(stdout).summary };
}

const sort = (values: Float64Array): Sorted => ({ values: values.slice().sort(), total: values.length });

/** The class with the largest logit, of every row. */
function classes({ data, rows, cols }: Matrix): number[] {
  return Array.from({ length: rows }, (_, row) => {
    const ofRow = Array.from(data.subarray(row * cols, (row + 1) * cols));
    return ofRow.indexOf(Math.max(...ofRow));
  });
}

/** Probability that a value of one group is above a value of the other; equal ones count half. */
function auroc(above: Float64Array, below: Float64Array): number {
  let wins = 0;
  for (const a of above) for (const b of below) wins += a > b ? 1 : a === b ? 0.5 : 0;
  return wins / (above.length * below.length);
}

async function distillation(teacher: Matrix, student: Matrix, labels: Matrix): Promise<void> {
  title('1  Distillation: where does the student think differently from its teacher?');
  say(paint.green(`   $ npx surprisal score ${TEACHER} ${STUDENT} \\`), paint.green('       --as logits --temperature 4'));
  const rows: string[][] = [];
  let furthest = 0;
  for (const temperature of [4, 1]) {
    const { summary } = await score(`${TEACHER} ${STUDENT} --as logits --temperature ${temperature}`);
    furthest = summary.largest[0]?.row ?? 0;
    const { 50: median = 0, 95: high = 0 } = summary.quantiles;
    const numbers = [summary.mean, median, high, summary.max, temperature ** 2 * summary.mean];
    rows.unshift([`   KL at T = ${temperature}`, ...numbers.map((value) => formatNumber(value, 3))]);
  }
  say(...formatTable([['', 'mean', 'median', '95 %', 'largest', 'T² × mean'], ...rows], [0]));
  const [taught, learnt] = [classes(teacher), classes(student)];
  const agreed = taught.filter((digit, row) => digit === learnt[row]).length / teacher.rows;
  say(`   They agree on ${formatShare(agreed)} of the images. Furthest apart is image ${furthest}, a ${labels.data[furthest]}:`);
  say(`   the teacher reads ${taught[furthest]}, the student ${learnt[furthest]}.`);
}

async function unfamiliar(leftOut: Matrix): Promise<void> {
  title('2  Out of distribution: has the teacher seen such a digit? log K − H, per image');
  say(paint.green(`   $ npx surprisal score ${TEACHER} --as logits --against uniform`));
  const { scores } = await score(`${TEACHER} --as logits --against uniform`);
  const seen = scores.filter((_, row) => leftOut.data[row] === 0);
  const unseen = scores.filter((_, row) => leftOut.data[row] === 1);
  const { edges } = histogram(sort(scores));
  const columns = [seen, unseen].map((group) => {
    const { counts } = count(sort(group), edges);
    return counts.map((n) => `${bar(n, Math.max(...counts), 22)}${n === 0 ? '' : ` ${n}`}`);
  });
  say(`                ${`0 to 7, trained on (${seen.length})`.padEnd(30)}8 and 9, never seen (${unseen.length})`);
  for (const [i, edge] of edges.slice(0, -1).entries()) {
    const [left = '', right = ''] = columns.map((column) => column[i] as string);
    say(`     ${edge.toFixed(1)} – ${edges[i + 1]?.toFixed(1)} │${paint.cyan(left.padEnd(28))} │${paint.yellow(right)}`);
  }
  const threshold = quantile(sort(unseen), 0.95);
  const alarms = seen.filter((value) => value <= threshold).length / seen.length;
  say(`   AUROC ${formatNumber(auroc(seen, unseen), 3)}. A threshold of ${formatNumber(threshold)} catches 95 % of the unseen digits;`);
  say(`   ${formatShare(alarms)} of the seen ones are then flagged too.`);
}

/** Seconds that one call takes: the median of five, after one that warms up. */
function time(work: () => unknown): number {
  work();
  const times = Float64Array.from({ length: 5 }, () => {
    const start = performance.now();
    work();
    return (performance.now() - start) / 1000;
  });
  return quantile(sort(times), 0.5);
}

const wrap = (text: string, width: number): string[] =>
  text.match(new RegExp(`.{1,${width}}(?= |$)`, 'g'))?.map((line) => line.trim()) ?? [];

/** The tools that are shown: the others are close to one of these. */
const SHOWN = ['loop-f32', 'torch-kl-div', 'scipy-entropy', 'scipy-jensenshannon', 'loop-f64'];

function quantised(teacher: Matrix): void {
  title('3  What the usual tools say of the teacher against itself, rounded');
  const { cols, rows } = teacher;
  const P = matrix(Float32Array.from(teacher.data), rows, cols);
  const [half, bytes] = [roundToHalf, roundToBytes].map((round) =>
    audit(P, matrix(round(P.data as Float32Array), rows, cols), { as: 'logits' }),
  );
  const reports = [half, bytes] as AuditReport[];
  say(paint.green("   audit(P, Q, { as: 'logits' }), or: $ npx surprisal audit P Q --as logits"));
  const cells = ({ negative, nan, medianError }: Counts) => [`${negative}`, `${nan}`, formatError(medianError)];
  const named = (name: string) => reports.map(({ conventions }) => conventions.find((found) => found.name === name) as ConventionReport);
  const lines = SHOWN.map((name) => [`   ${named(name)[0]?.title}`, ...named(name).flatMap(cells)]);
  const own = ['   surprisal, float32', ...reports.flatMap((report) => cells(report.own as Counts))];
  const [head = '', ...table] = formatTable([['', 'below 0', 'NaN', 'error', 'below 0', 'NaN', 'error'], ...lines, own], [0]);
  say(`${' '.repeat(26)}rounded to float16     to 8 bits`, head, ...table);
  const [what = ''] = (bytes as AuditReport).headline.split(' Of ');
  say(...wrap(`Rows of ${rows}; errors are medians. To 8 bits: ${what}`, 76).map((line) => paint.dim(`   ${line}`)));
}

function speed(teacher: Matrix): void {
  title('4  At speed: KL of logits, rows a second');
  const { cols, rows } = teacher;
  const copies = 400;
  const repeat = (data: Float32Array) => Float32Array.from({ length: copies * data.length }, (_, i) => data[i % data.length] as number);
  const a = repeat(Float32Array.from(teacher.data));
  const b = roundToHalf(a);
  const [A, B] = [matrix(a, copies * rows, cols), matrix(b, copies * rows, cols)];
  const out = new Float64Array(copies * rows);
  const twin = createCore({ backend: 'js' });
  const ways: readonly { name: string; run(): unknown }[] = [
    { name: 'usual formula in float64', run: () => usualKl(a, b, cols, out) },
    { name: 'surprisal, JavaScript', run: () => logits.klDivergence(A, B, { out, core: twin }) },
    { name: `surprisal, ${backend().name}`, run: () => logits.klDivergence(A, B, { out }) },
  ];
  const seconds = ways.map(({ run }) => time(run));
  const ratio = (i: number) => `${formatNumber((seconds[0] as number) / (seconds[i] as number), 2)}×`;
  say(
    ...formatTable(
      ways.map(({ name }, i) => [`   ${name}`, formatRate(out.length / (seconds[i] as number)), ratio(i)]),
      [0],
    ),
  );
  say(paint.dim(`   One thread, median of 5 runs on ${formatCount(out.length)} × ${cols} float32 (${copies} copies),`));
  say(paint.dim(`   Node ${process.versions.node}, ${cpus()[0]?.model.trim()}`));
}

const files = [TEACHER, STUDENT, LABELS, LEFT_OUT].map((name) => readMatrix(join(FOLDER, name)));
const [teacher, student, labels, leftOut] = (await Promise.all(files)) as [Matrix, Matrix, Matrix, Matrix];
say(
  paint.dim(`Two classifiers on ${teacher.rows} images of digits; 8 and 9 were left out of training.`),
  paint.dim(`All of it in ${FOLDER}/.`),
);
await distillation(teacher, student, labels);
await unfamiliar(leftOut);
quantised(teacher);
speed(teacher);
