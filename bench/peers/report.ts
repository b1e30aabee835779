/** What a race says: a page in Markdown, and pictures. */
import type { CaseResult, Measured } from '../measure.js';
import { TWO_RESIDENT, TWO_THREADS } from '../pool.js';
import { PEERS } from './peers.js';

/** An answer further off than this is none to be fast with. */
const RIGHT = 1e-5;

export interface Run {
  /** The machine, the runtime and the seed, in a line. */
  readonly where: string;
  readonly results: readonly CaseResult[];
}

export type Group = 'surprisal' | 'plain loop' | 'node' | 'browser' | 'python';

export function groupOf(contender: string): Group {
  const peer = PEERS.find(({ name }) => name === contender);
  if (peer !== undefined) return peer.runs;
  return contender === 'plain loop' ? contender : 'surprisal';
}

export const isRight = ({ error }: Measured) => error <= RIGHT;
export const speed = ({ ratio }: Measured) => `${(ratio ?? Number.NaN).toFixed(ratio !== undefined && ratio >= 100 ? 0 : 2)}×`;
export const small = (x: number) => (x === 0 ? '0' : x.toExponential(1));

/** The fastest of a group whose answers are right, or the fastest with a mark. */
function best({ contenders }: CaseResult, group: Group): string {
  const all = contenders.filter(({ contender }) => groupOf(contender) === group).sort((a, b) => a.ns - b.ns);
  const winner = all.find(isRight) ?? all[0];
  if (winner === undefined) return '–';
  return `${winner.contender} ${speed(winner)}${isRight(winner) ? '' : ` (wrong: ${small(winner.error)})`}`;
}

function summaryOf(results: readonly CaseResult[]): string[] {
  const of = (result: CaseResult, name: string) => result.contenders.find(({ contender }) => contender === name);
  const cell = (measured: Measured | undefined) => (measured === undefined ? '–' : `**${speed(measured)}**`);
  const onThreads = (...both: readonly (Measured | undefined)[]) =>
    both.every((measured) => measured === undefined)
      ? '–'
      : both.map((measured) => (measured === undefined ? '–' : speed(measured))).join(', ');
  return [
    '| workload | plain loop, ns | surprisal, copied | resident | 2 threads: copied, resident | its error | best in a browser | best in Node | best in Python |',
    '| --- | ---: | ---: | ---: | ---: | ---: | --- | --- | --- |',
    ...results.map((result) => {
      const [plain, copied] = [of(result, 'plain loop'), of(result, 'wasm') ?? of(result, 'klBatch')];
      const columns = [
        result.name,
        plain?.ns.toFixed(2) ?? '–',
        cell(copied),
        cell(of(result, 'resident')),
        onThreads(of(result, TWO_THREADS), of(result, TWO_RESIDENT)),
        copied === undefined ? '–' : small(copied.error),
        ...(['browser', 'node', 'python'] as const).map((group) => best(result, group)),
      ];
      return `| ${columns.join(' | ')} |`;
    }),
  ];
}

function detailsOf({ name, contenders }: CaseResult): string[] {
  const rows = [...contenders]
    .sort((a, b) => a.ns - b.ns)
    .map((measured) => {
      const { contender, ns, spread, error } = measured;
      return `| ${contender} | ${ns.toFixed(3)} | ± ${spread.toFixed(0)} % | ${speed(measured)} | ${isRight(measured) ? small(error) : `**${small(error)}**`} |`;
    });
  return [`### ${name}`, '', '| contender | ns | deviation | × plain loop | error |', '| --- | ---: | ---: | ---: | ---: |', ...rows, ''];
}

/** The page. */
export function markdownOf({ where, results }: Run): string {
  const lines = [
    '# The race',
    '',
    '![Speed of each contender over the plain loop, a row a workload; hollow marks are answers off by more than 1e-5](race.svg)',
    '',
    'Red: surprisal (large: on its module, copied; small: resident, two threads, and its JavaScript twin). Blue: runs in a browser too. Green: addons of Node. Violet: Python. Grey: the plain loop. Hollow: off by more than 1e-5.',
    '',
    `${where}. Reproduce it with \`npm run race\` after \`npm ci --prefix bench/peers\`; Python's contenders run, on one thread, where Debian's python3-scipy and python3-torch are.`,
    '',
    'Times are nanoseconds per element, medians over the rounds of one run in which the contenders take turns, each in a process of its own; the lesser of wall and CPU time.',
    "Inputs are ordinary typed arrays and results come back as such: copies are counted (*resident*: matrices that were allocated in the module's memory; *2 threads*: `surprisal/parallel`). Errors are the largest relative",
    'ones over a sample of rows, against 320-bit answers; the contenders that take rows as given are held against what those rows say as given. An answer off by more than 1e-5 is not called right.',
    'On a shared machine a gap below 1.5× is no order. How time grows with rows, classes and threads: [growth.svg](growth.svg), by `npm run race -- --growth`.',
    '',
    ...summaryOf(results),
    '',
    ...results.flatMap(detailsOf),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}
