import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { gaussian, klDivergence, logits, matrix } from '../../src/index.js';
import { float16 } from '../../src/rows/narrow.js';
import { readAll } from '../io/read.js';
import { npyBytes, put, temporaryFolder } from '../support/files.js';
import { need } from '../support/need.js';
import { createRng } from '../support/rng.js';
import { commandLine, score, scoreJson, startScore, surprisal } from './run.js';

const folder = temporaryFolder();
const ROWS = 57;
const COLS = 5;
const rng = createRng(7);
const draw = (make: () => number) => Float32Array.from({ length: ROWS * COLS }, make);
const P = draw(() => rng.uniform());
const Q = draw(() => rng.uniform());
const Z = draw(() => 6 * rng.normal());
const V = draw(() => 0.1 + rng.uniform());
const npy = (name: string, data: Float32Array, rows = ROWS) => put(folder, name, npyBytes('<f4', [rows, data.length / rows], data));
npy('p.npy', P);
npy('q.npy', Q);
npy('z.npy', Z);
npy('v.npy', V);
npy('lv.npy', V.map(Math.log));
npy('row.npy', Q.slice(0, COLS), 1);
npy('short.npy', Q.slice(0, 10 * COLS), 10);
npy('wide.npy', Q.slice(0, 56 * COLS), 40);
const header = (name: string) => Array.from({ length: COLS }, (_, k) => `${name}_${k}`);
const cells = (data: Float32Array, row: number) => [...data.subarray(row * COLS, (row + 1) * COLS)];
const table = (columns: string[], rowOf: (row: number) => (string | number)[]) =>
  `${[columns, ...Array.from({ length: ROWS }, (_, row) => rowOf(row))].map((row) => row.join(',')).join('\n')}\n`;
put(
  folder,
  'pq.csv',
  table(['id', ...header('p'), ...header('q')], (row) => [`image ${row}`, ...cells(P, row), ...cells(Q, row)]),
);
put(
  folder,
  'gauss.csv',
  table([...header('mu'), ...header('var')], (row) => [...cells(Z, row), ...cells(V, row)]),
);

put(
  folder,
  'q.csv',
  table(['id', ...header('q')], (row) => [`image ${row}`, ...cells(Q, row)]),
);
put(folder, 'reference.csv', `id,a,b,c,d,e\nall,${cells(Q, 0).join(',')}\n`);

const matrixOf = (data: Float32Array | Float64Array) => matrix(data, ROWS, COLS);
const wide = (data: Float32Array) => matrixOf(Float64Array.from(data));
const scores = async (name: string) => (await readAll(`${folder}/${name}`)).values;
const temporaries = () => readdirSync(folder).filter((name) => name.endsWith('.tmp'));

describe('surprisal score reads', () => {
  it('ids of Q where P has no names: they are none of its numbers', () => {
    const expected = scoreJson(folder, 'p.npy', 'q.npy').summary.mean;
    expect(scoreJson(folder, 'p.npy', 'q.csv', '--id', 'id', '--out', 'ids.csv').summary.mean).toBeCloseTo(expected, 6);
    expect(readFileSync(`${folder}/ids.csv`, 'utf8')).toMatch(/^row,kl\n0,/);
    const one = scoreJson(folder, 'p.npy', '--against', 'reference.csv', '--id', 'id').summary.mean;
    expect(one).toBeCloseTo(scoreJson(folder, 'p.npy', '--against', 'row.npy').summary.mean, 6);
  });

  it('two .npy files, and writes what the library answers', async () => {
    const report = scoreJson(folder, 'p.npy', 'q.npy', '--out', 'kl.npy');
    const expected = [...klDivergence(matrixOf(P), matrixOf(Q))];
    expect(await scores('kl.npy')).toEqual(expected);
    expect(report).toMatchObject({ measure: 'kl', as: 'probabilities', base: 'e', backend: { name: 'wasm' }, out: 'kl.npy' });
    expect(report.summary).toMatchObject({ rows: ROWS, infinite: 0, max: Math.max(...expected), min: Math.min(...expected) });
    expect(report.summary.largest[0]).toEqual({ row: expected.indexOf(Math.max(...expected)), score: Math.max(...expected) });
    expect(report.histogram.counts.reduce((sum: number, n: number) => sum + n, 0)).toBe(ROWS);
  });

  it('P, Q and ids from the columns of one CSV file', async () => {
    const report = scoreJson(folder, 'pq.csv', '--columns', 'p_*', '--against-columns', 'q_*', '--id', 'id', '--out', 'kl.csv');
    const expected = klDivergence(wide(P), wide(Q));
    const lines = readFileSync(`${folder}/kl.csv`, 'utf8').trimEnd().split('\n');
    expect(lines).toEqual(['id,kl', ...[...expected].map((value, row) => `image ${row},${value}`)]);
    expect(report.summary.largest[0].id).toMatch(/^image \d+$/);
  });

  it('logits, with temperature, and against uniform', async () => {
    scoreJson(folder, 'z.npy', 'p.npy', '--as', 'logits', '--temperature', '4', '--out', 'o.npy');
    expect(await scores('o.npy')).toEqual([...logits.klDivergence(matrixOf(Z), matrixOf(P), { temperature: 4 })]);
    scoreJson(folder, 'z.npy', '--as', 'logits', '--against', 'uniform', '--out', 'o.npy');
    expect(await scores('o.npy')).toEqual([...logits.klToUniform(matrixOf(Z))]);
  });

  it('Gaussians from files, from columns, against the standard normal and against others', async () => {
    scoreJson(folder, '--as', 'gaussian', '--mean', 'z.npy', '--log-variance', 'lv.npy', '--against', 'standard-normal', '--out', 'o.npy');
    const p = { mean: matrixOf(Z), logVariance: matrixOf(V.map(Math.log)) };
    expect(await scores('o.npy')).toEqual([...gaussian.klDivergence(p, gaussian.standard)]);
    const columns = ['gauss.csv', '--as', 'gaussian', '--mean', 'mu_*', '--variance', 'var_*'];
    scoreJson(folder, ...columns, '--against', 'standard-normal', '--out', 'o.npy');
    expect(await scores('o.npy')).toEqual([...gaussian.klDivergence({ mean: wide(Z), variance: wide(V) }, gaussian.standard)]);
    const files = ['--as', 'gaussian', '--mean', 'z.npy', '--std', 'v.npy', '--against-mean', 'p.npy', '--against-std', 'v.npy'];
    scoreJson(folder, ...files, '--out', 'o.npy');
    const [a, b] = [
      { mean: matrixOf(Z), std: matrixOf(V) },
      { mean: matrixOf(P), std: matrixOf(V) },
    ];
    expect(await scores('o.npy')).toEqual([...gaussian.klDivergence(a, b)]);
    scoreJson(folder, ...files, '--measure', 'reverse-kl', '--out', 'o.npy');
    expect(await scores('o.npy')).toEqual([...gaussian.klDivergence(b, a)]);
    scoreJson(folder, ...columns, '--against', 'standard-normal', '--measure', 'reverse-kl', '--out', 'o.npy');
    const standard = { mean: new Float64Array(COLS), variance: new Float64Array(COLS).fill(1) };
    const expected = gaussian.klDivergence(standard, { mean: wide(Z), variance: wide(V) }) as Float64Array;
    expect(await scores('o.npy')).toEqual([...expected]);
  });

  it('float16 and integers of .npy as they are: the answers of their numbers', async () => {
    const halves = Uint16Array.from({ length: ROWS * COLS }, () => 0x0400 + rng.below(0x3800));
    const counts = Uint16Array.from({ length: ROWS * COLS }, () => 1 + rng.below(60000));
    const bits = (name: string, descr: string, data: Uint16Array, rows = ROWS) => put(folder, name, npyBytes(descr, [rows, COLS], data));
    bits('p16.npy', '<f2', halves);
    bits('row16.npy', '<f2', halves.slice(COLS, 2 * COLS), 1);
    bits('counts.npy', '<u2', counts);
    const P16 = matrixOf(Float32Array.from(halves, float16));
    const reference = P16.data.subarray(COLS, 2 * COLS) as Float32Array;
    for (const [args, expected] of [
      [['p16.npy', 'q.npy'], klDivergence(P16, matrixOf(Q))],
      [['q.npy', '--against', 'row16.npy'], klDivergence(matrixOf(Q), reference)],
      [['p16.npy', '--against', 'uniform'], klDivergence(P16, new Float32Array(COLS).fill(1))],
      [['p16.npy', '--against', 'uniform', '--as', 'logits'], logits.klToUniform(P16)],
      [['counts.npy', 'p16.npy', '--as', 'counts'], klDivergence(matrixOf(Float64Array.from(counts)), P16)],
    ] as const) {
      scoreJson(folder, ...args, '--block', '10', '--out', 'o.npy');
      expect(await scores('o.npy')).toEqual([...expected]);
    }
    halves[7 * COLS + 2] = 0xbc00;
    bits('bad16.npy', '<f2', halves);
    expect(score(folder, 'bad16.npy', 'q.npy').stderr).toMatch(/bad16\.npy, row 7, column 2: expected .*, got -1/);
  });

  it('counts, one reference row for all, and other delimiters', async () => {
    put(folder, 'counts.tsv', 'a\tb\n1\t3\n5\t0\n');
    put(folder, 'semicolons.csv', 'a;b\n1;3\n5;0\n');
    put(folder, 'reference.tsv', 'b\ta\n1\t1\n');
    put(folder, 'reference.csv', 'b;a\n1;1\n');
    const report = scoreJson(folder, 'counts.tsv', '--as', 'counts', '--against', 'reference.tsv', '--base', '2', '--out', 'o.csv');
    expect(report).toMatchObject({ base: 2, summary: { rows: 2 } });
    const [head, first, second] = readFileSync(`${folder}/o.csv`, 'utf8').split('\n');
    expect([head, first?.slice(0, 2), second?.slice(0, 2)]).toEqual(['row,kl', '0,', '1,']);
    expect(Number(first?.slice(2))).toBeCloseTo(0.75 * Math.log2(3) - 1, 14);
    expect(Number(second?.slice(2))).toBeCloseTo(1, 14);
    expect(
      scoreJson(folder, 'semicolons.csv', '--as', 'counts', '--against', 'reference.csv', '--delimiter', ';', '--base', '2').summary,
    ).toEqual(report.summary);
  });

  it('columns of the same names in another order, by their names', async () => {
    put(folder, 'ab.csv', 'a,b\n1,3\n');
    put(folder, 'ba.csv', 'b,a\n3,1\n');
    expect(scoreJson(folder, 'ab.csv', 'ba.csv').summary.max).toBe(0);
    put(folder, 'bc.csv', 'b,c\n3,1\n');
    expect(score(folder, 'ab.csv', 'bc.csv')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^surprisal score: bc\.csv: has no column for 'a', but 'c': .* rename or choose them\n$/),
    });
    expect(score(folder, 'ab.csv', 'bc.csv', '--against-columns', 'c,b').status).toBe(0);
  });

  it('says so when rows of probabilities are none by their sums, and that they were divided by them', () => {
    put(folder, 'sums.csv', 'a,b\n2,3\n0.5,0.5\n');
    put(folder, 'near.csv', 'a,b\n0.3333,0.6666\n0.5,0.5\n');
    const notes = (...args: string[]) => scoreJson(folder, ...args).notes;
    expect(notes('sums.csv', 'near.csv')).toEqual([
      'Rows of P sum to 1 to 5, not to 1, and were divided by their sums: counts go by --as counts, logits by --as logits.',
    ]);
    expect(notes('near.csv', 'sums.csv')).toMatchObject([expect.stringMatching(/^Rows of Q sum to 1 to 5/)]);
    expect(notes('near.csv', '--against', 'uniform')).toEqual([]);
    for (const more of [['--as', 'counts'], ['--as', 'logits'], ['--no-normalize']])
      expect(notes('sums.csv', 'near.csv', ...more)).toEqual([]);
    expect(score(folder, 'sums.csv', '--measure', 'entropy').stdout).toMatch(
      /Rows of P sum to 1 to 5, not to 1, and were divided by their sums/,
    );
    expect(score(folder, 'near.csv', '--measure', 'entropy').stdout).not.toMatch(/sum to/);
  });

  it('columns that globs chose, by what the wildcards stand for: P, Q, means and scales', () => {
    put(folder, 'sides.csv', 'p_a,p_b,p_c,q_c,q_b,q_a\n1,2,3,3,2,1\n');
    const sides = ['sides.csv', '--as', 'counts', '--columns', 'p_*', '--against-columns'];
    expect(scoreJson(folder, ...sides, 'q_*').summary.max).toBe(0);
    expect(scoreJson(folder, ...sides, 'q_c,q_b,q_a').summary.max).toBeCloseTo(Math.log(3) / 3, 14);
    put(folder, 'latents.csv', 'm_a,m_b,v_b,v_a,n_b,n_a,w_a,w_b\n1,3,2,1,3,1,1,2\n');
    const gaussians = ['--mean', 'm_*', '--variance', 'v_*', '--against-mean', 'n_*', '--against-variance', 'w_*'];
    expect(scoreJson(folder, 'latents.csv', '--as', 'gaussian', ...gaussians).summary.max).toBe(0);
  });

  it('Gaussians in files of their own: columns by name, ids in the reference too', () => {
    put(folder, 'mean.csv', 'id,a,b\nx,1,3\ny,1,3\n');
    put(folder, 'variance.csv', 'id,b,a\nx,2,1\ny,2,1\n');
    put(folder, 'mean1.csv', 'id,b,a\nz,3,1\n');
    put(folder, 'variance1.csv', 'id,a,b\nz,1,2\n');
    const files = [
      '--mean',
      'mean.csv',
      '--variance',
      'variance.csv',
      '--against-mean',
      'mean1.csv',
      '--against-variance',
      'variance1.csv',
    ];
    expect(scoreJson(folder, '--as', 'gaussian', ...files, '--id', 'id').summary).toMatchObject({ rows: 2, max: 0 });
  });
});

describe('surprisal score measures', () => {
  const run = async (as: string, measure: string, ...more: string[]) => {
    const names = as === 'logits' ? ['z.npy', 'p.npy'] : ['p.npy', 'q.npy'];
    scoreJson(folder, ...(measure === 'entropy' ? names.slice(0, 1) : names), '--as', as, '--measure', measure, '--out', 'm.npy', ...more);
    return scores('m.npy');
  };
  it.each(['probabilities', 'logits'])('all hang together for %s', async (as) => {
    const kl = await run(as, 'kl');
    const reverse = await run(as, 'reverse-kl');
    const near = (found: number[], expected: (i: number) => number) => {
      for (const [i, value] of found.entries()) expect(value).toBeCloseTo(expected(i), 5);
    };
    near(await run(as, 'jeffreys'), (i) => (kl[i] as number) + (reverse[i] as number));
    const entropy = await run(as, 'entropy');
    near(await run(as, 'cross-entropy'), (i) => (kl[i] as number) + (entropy[i] as number));
    const js = await run(as, 'js', '--base', '2');
    expect(js.every((value) => value > 0 && value < 1)).toBe(true);
    expect(await run(as, 'js-distance', '--base', '2')).toEqual(js.map(Math.sqrt));
  });

  it('the same bits from both backends and in blocks of any size', () => {
    const bytes = (...args: string[]) => {
      scoreJson(folder, 'p.npy', 'q.npy', '--out', 'same.npy', ...args);
      return readFileSync(`${folder}/same.npy`, 'hex');
    };
    const expected = bytes();
    for (const args of [
      ['--backend', 'js'],
      ['--backend', 'wasm'],
      ['--block', '1'],
      ['--block', '50', '--backend', 'js'],
    ])
      expect(bytes(...args)).toBe(expected);
  });

  it('Infinity is an answer', () => {
    put(folder, 'inf.csv', 'a,b\n0.5,0.5\n1,0\n');
    put(folder, 'zero.csv', 'a,b\n1,0\n1,0\n');
    const { summary } = scoreJson(folder, 'inf.csv', 'zero.csv');
    expect(summary).toMatchObject({
      infinite: 1,
      max: 0,
      largest: [
        { row: 0, score: 'Infinity' },
        { row: 1, score: 0 },
      ],
    });
    expect(summary.sd).toBe('NaN'); // as every number that JSON has no word for
    const text = score(folder, 'inf.csv', 'zero.csv').stdout; // one finite score has no deviation
    expect(text).toMatch(/sd –.*Infinity in 1 row/);
    expect(text).not.toMatch(/NaN/);
  });
});

describe('surprisal score prints', () => {
  it('one line when its output takes no more', () => {
    if (!existsSync('/dev/full')) return;
    const { status, stderr } = spawnSync('sh', ['-c', `${commandLine('p.npy', '--against', 'uniform')} --quiet --json > /dev/full`], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([1, 'surprisal: the output: no space left on the disk\n']);
  });

  it('as many rows as are asked for', () => {
    put(folder, 'many.csv', `a,b\n${'1,0\n'.repeat(130_000)}`);
    const line = commandLine('many.csv', '--against', 'uniform', '--top', '130000');
    const { stdout, stderr } = spawnSync('sh', ['-c', `${line} | grep -c ' row [0-9]'`], { cwd: folder, encoding: 'utf8' });
    expect([stdout, stderr]).toEqual(['130000\n', '']);
  });

  it('a summary for people, 80 columns wide, without colours or a bar where there is no terminal', () => {
    const { status, stdout, stderr } = score(folder, 'pq.csv', '--columns', 'p_*', '--against-columns', 'q_*', '--id', 'id', '--top', '2');
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^KL\(P ‖ Q\) of probabilities, in nats\n/);
    expect(stdout).toMatch(/57 × 5/);
    expect(stdout).toMatch(/quantiles +1 % +5 % +25 % +50 % +75 % +95 % +99 %\n/);
    expect(stdout.match(/image \d+/g)).toHaveLength(2);
    expect(stdout).not.toContain('\x1b');
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('colours and a bar on a terminal, and no colours with NO_COLOR', (context) => {
    need(context, spawnSync('script', ['--version']).status === 0, 'the command script (util-linux), which gives a program a terminal');
    put(folder, 'slow.csv', `a,b\n${'0.25,0.75\n'.repeat(300_000)}`);
    const onTerminal = (environment: Record<string, string>) => {
      const env: NodeJS.ProcessEnv = { ...process.env, TERM: 'xterm', ...environment };
      for (const name of ['NO_COLOR', 'FORCE_COLOR', 'CI']) if (!(name in environment)) delete env[name];
      return spawnSync('script', ['-qec', `${commandLine('slow.csv', '--against', 'uniform', '--block', '1')}`, '/dev/null'], {
        cwd: folder,
        env,
        encoding: 'utf8',
      }).stdout;
    };
    const coloured = onTerminal({});
    expect(coloured).toContain('\x1b[1mKL(P ‖ Q)');
    expect(coloured).toMatch(/░ +\d+ % {2}[\d,]+ rows/);
    expect(onTerminal({ NO_COLOR: '1' })).not.toContain('\x1b[1m');
  });

  it('nothing with --quiet, help with --help, the version with --version', () => {
    expect(score(folder, 'p.npy', 'q.npy', '--quiet')).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(score(folder, '--help')).toMatchObject({ status: 0, stdout: expect.stringMatching(/--against-columns LIST/) });
    for (const line of score(folder, '--help').stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(surprisal('--help')).toMatchObject({ status: 0, stdout: expect.stringMatching(/surprisal score/) });
    expect(surprisal()).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringMatching(/which command\?.*\n.*lists the commands\n$/),
    });
    expect(surprisal('--version').stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    for (const name of ['scor', 'toString', '__proto__']) {
      expect(surprisal(name)).toMatchObject({ status: 2, stderr: expect.stringContaining(`no command '${name}'`) });
    }
  });
});

describe('surprisal score refuses, in one line, with exit code 2', () => {
  it.each([
    [['p.npy', 'q.npy', '--temprature', '2'], /no option --temprature; did you mean --temperature\?/],
    [['p.npy', 'q.npy', '--measure', 'jeffrey'], /--measure takes .*; got 'jeffrey'; did you mean jeffreys\?/],
    [['p.npy', 'q.npy', '--temperature', '2'], /--temperature goes with --as logits/],
    [['p.npy', 'q.npy', '--base', '1'], /--base takes a number above 1/],
    [['p.npy', 'q.npy', '--block', '0.5'], /--block takes a whole number/],
    [['p.npy', 'q.npy', '--json', '--json'], /--json is given twice/],
    [['p.npy', 'q.npy', '--out', 'o.parquet'], /scores go to \.npy, \.csv or \.tsv/],
    [['p.npy', 'q.npy', '--out', './p.npy'], /would overwrite an input/],
    [['p.npy', 'q.npy', 'z.npy'], /at most two files/],
    [['p.npy', 'q.npy', '--id', 'name'], /p\.npy: a \.npy file has no named columns/],
    [['p.npy', 'q.csv', '--id', 'nome'], /q\.csv: has no column 'nome'/],
    [['p.npy', 'q.npy', '--delimiter', ';'], /--delimiter says how text is read, and no input is CSV or TSV/],
    [['p.npy', '--measure', 'entropy', '--no-header'], /--no-header says how text is read/],
    [['p.npy', 'q.npy', '--bsae', '2'], /there is no option --bsae$/m],
    [['p.npy'], /against what\?.*--against-columns/],
    [[], /which file\?/],
    [['p.npy', 'q.npy', '--against', 'uniform'], /Q is given twice/],
    [['p.npy', '--against', 'standard-normal'], /uniform does/],
    [['p.npy', 'q.npy', '--measure', 'entropy'], /entropy takes P alone/],
    [['p.npy', '--against', 'uniform', '--against-columns', 'a'], /Q is given twice: by --against uniform and by --against-columns/],
    [
      '--as gaussian --mean z.npy --std z.npy --against standard-normal --against-std z.npy'.split(' '),
      /Q is given twice: by --against standard-normal and by --against-std/,
    ],
    [['p.npy', '--against', 'uniform', '--header', '--no-header'], /--header and --no-header exclude each other/],
    [['p.npy', 'q.npy', '--mean', 'z.npy'], /--mean does not go with --as probabilities/],
    [['--as', 'gaussian', '--mean', 'z.npy', '--against', 'standard-normal'], /needs --mean and one of/],
    [
      ['--as', 'gaussian', '--mean', 'z.npy', '--std', 'v.npy', '--against', 'standard-normal', '--measure', 'js'],
      /not defined for --as gaussian/,
    ],
    [
      ['--as', 'gaussian', '--mean', 'z.npy', '--std', 'v.npy', '--against-mean', 'p.npy', '--against-variance', 'v.npy'],
      /the same kind of scale/,
    ],
    [['pq.csv', '--columns', 'x_*', '--against', 'uniform'], /pq\.csv: has no column 'x_\*'; it has id, p_0/],
  ])('%j', (args, message) => {
    const { status, stdout, stderr } = score(folder, ...args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(2);
  });
});

describe('law 4: bad data end in one clear line, exit code 1, and an output file that is untouched', () => {
  const bad = P.slice();
  bad[23 * COLS + 3] = -0.25;
  npy('negative.npy', bad);
  bad[23 * COLS + 3] = Number.NaN;
  npy('nan.npy', bad);
  bad.fill(0, 30 * COLS, 31 * COLS);
  bad[23 * COLS + 3] = 1;
  npy('zero-row.npy', bad);
  put(folder, 'cut.npy', readFileSync(`${folder}/q.npy`).subarray(0, -7));
  put(folder, 'negative.csv', 'id,a,b\nx,1,2\n"y\ny",3,4\nz,-1,2\n');
  put(folder, 'word.csv', 'id,a,b\nx,1,2\ny,3,four\n');
  put(folder, 'ragged.csv', 'id,a,b\nx,1,2\ny,3\n');
  put(folder, 'other-ids.csv', 'id,a,b\nx,1,2\nZ,3,4\nz,1,2\n');
  it.each([
    [
      ['negative.npy', 'q.npy'],
      /negative\.npy, row 23, column 3: expected a finite number ≥ 0, got -0\.25: if these are logits, say --as logits/,
    ],
    [['q.npy', 'nan.npy'], /nan\.npy, row 23, column 3: expected a finite number ≥ 0, got NaN/],
    [['q.npy', 'nan.npy', '--measure', 'reverse-kl'], /nan\.npy, row 23, column 3/],
    [['q.npy', 'nan.npy', '--as', 'logits'], /nan\.npy, row 23, column 3: expected a finite number, or -Infinity/],
    [['zero-row.npy', 'q.npy'], /zero-row\.npy, row 30: expected some mass/],
    [['p.npy', 'q.npy', '--require-normalized'], /p\.npy, row 0: expected a row that sums to 1/],
    [
      ['negative.csv', '--id', 'id', '--against', 'uniform'],
      /negative\.csv, row 2 \(line 5\), column "a": expected a finite number ≥ 0, got -1/,
    ],
    [['word.csv', '--id', 'id', '--against', 'uniform'], /word\.csv: line 3, row 1, column "b": expected a number, got "four"/],
    [['ragged.csv', '--id', 'id', '--against', 'uniform'], /line 3, row 1: has 2 cells where the header has 3/],
    [['negative.csv', 'other-ids.csv', '--id', 'id'], /has id "y\\ny", .*other-ids\.csv, row 1 \(line 3\) has "Z"/],
    [['p.npy', 'short.npy'], /different numbers of rows: 57 and 10/],
    [['p.npy', 'row.npy'], /one reference row goes to --against/],
    [['p.npy', '--against', 'q.npy'], /--against takes one row/],
    [
      ['--as', 'gaussian', '--mean', 'z.npy', '--variance', 'row.npy', '--against', 'standard-normal'],
      /z\.npy and row\.npy have different numbers of rows: 57 and 1$/m,
    ],
    [['pq.csv', '--columns', 'p_*', 'short.npy'], /different numbers of rows/],
    [['p.npy', 'wide.npy'], /P \(p\.npy\) has 5 columns, Q \(wide\.npy\) has 7 columns/],
    [['pq.csv', '--columns', 'p_*', '--against-columns', 'q_0'], /P \(pq\.csv\) has 5 columns, Q \(pq\.csv\) has 1 column:/],
    [['p.npy', 'cut.npy'], /cut\.npy: is cut off/],
    [['p.npy', 'nowhere.npy'], /nowhere\.npy: no such file/],
    [
      ['--as', 'gaussian', '--mean', 'z.npy', '--variance', 'negative.npy', '--against', 'standard-normal'],
      /negative\.npy, row 23, column 3: expected a finite number > 0/,
    ],
  ])('%j', (args, message) => {
    put(folder, 'before.csv', 'as it was');
    for (const block of ['1000', '10']) {
      const { status, stdout, stderr } = score(folder, ...args, '--out', 'before.csv', '--block', block);
      expect([status, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(message);
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    }
    expect(readFileSync(`${folder}/before.csv`, 'utf8')).toBe('as it was');
    expect(temporaries()).toEqual([]);
  });

  it('an output that cannot be written', () => {
    expect(score(folder, 'p.npy', 'q.npy', '--out', 'no/folder/o.npy')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/no such file or folder/),
    });
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
    ['SIGKILL', null],
  ] as const)('a run ended by %s', async (signal, code) => {
    const rows = 200_000;
    put(folder, 'long.csv', `a,b\n${'0.25,0.75\n'.repeat(rows)}`);
    put(folder, 'before.csv', 'as it was');
    const child = startScore(folder, 'long.csv', '--against', 'uniform', '--block', '1', '--out', 'before.csv');
    const ended = new Promise((resolve) => child.once('exit', resolve));
    while (child.exitCode === null && temporaries().length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill(signal);
    expect(await ended).toBe(code);
    expect(readFileSync(`${folder}/before.csv`, 'utf8')).toBe('as it was');
    if (signal !== 'SIGKILL') expect(temporaries()).toEqual([]);
  });
});
