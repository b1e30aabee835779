import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { matrix, pairwise } from '../../src/index.js';
import { readAll } from '../io/read.js';
import { npyBytes, put, temporaryFolder } from '../support/files.js';
import { createRng } from '../support/rng.js';
import { surprisal } from './run.js';

const folder = temporaryFolder();
const rng = createRng(11);
const [ROWS, OTHERS, COLS] = [1100, 9, 6];
const draw = (rows: number) => Float32Array.from({ length: rows * COLS }, () => Math.exp(rng.normal()));
const [P, Q] = [draw(ROWS), draw(OTHERS)];
P.copyWithin(COLS * 700, 0, COLS); // row 700 is row 0
const p = put(folder, 'p.npy', npyBytes('<f4', [ROWS, COLS], P));
const q = put(folder, 'q.npy', npyBytes('<f4', [OTHERS, COLS], Q));
const [MP, MQ] = [matrix(P, ROWS, COLS), matrix(Q, OTHERS, COLS)];
const out = (name: string) => join(folder, name);
const json = (...args: string[]) => {
  const { status, stdout, stderr } = surprisal('pairs', ...args, '--json');
  if (status !== 0 || stderr !== '') throw new Error(`exit ${status}: ${stderr}`);
  return JSON.parse(stdout);
};

describe('surprisal pairs', () => {
  it('writes all cells, as the library answers them', async () => {
    const report = json(p, q, '--out', out('all.npy'), '--measure', 'jeffreys', '--base', '2');
    const expected = pairwise.jeffreysDivergence(MP, MQ, { base: 2 }).data;
    expect((await readAll(out('all.npy'))).values).toEqual([...expected]);
    expect(report).toMatchObject({ measure: 'jeffreys', base: 2, pairs: ROWS * OTHERS, infinite: 0, backend: { name: 'wasm' } });
    expect(report.closest[0].value).toBe(Math.min(...expected));
    expect(report.toNearest).toMatchObject({ rows: ROWS });
    surprisal('pairs', q, '--out', out('all.csv'));
    const lines = readFileSync(out('all.csv'), 'utf8').trimEnd().split('\n');
    expect(lines[0]).toBe('0,1,2,3,4,5,6,7,8');
    expect(lines.slice(1).flatMap((line) => line.split(',').map(Number))).toEqual([...pairwise.klDivergence(MQ).data]);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('finds the nearest, itself left out, however many steps it takes', async () => {
    const report = json(p, '--nearest', '2', '--measure', 'js');
    const { indices, values } = pairwise.nearest(MP, undefined, 2, { measure: 'jensenShannon' });
    const found = report.nearest.flatMap(({ neighbours }: { neighbours: { row: number; value: number }[] }) => neighbours);
    expect(found.map(({ row }: { row: number }) => row)).toEqual([...indices]);
    expect(found.map(({ value }: { value: number }) => value)).toEqual([...values]);
    expect(report.closest[0]).toEqual({ row: 0, other: 700, value: 0 }); // once, not in both orders
    expect(report.closest.slice(1).every(({ value }: { value: number }) => value > 0)).toBe(true);
    const table = out('nearest.npy');
    expect(json(q, p, '--nearest', '3', '--out', table)).not.toHaveProperty('nearest');
    const ours = pairwise.nearest(MQ, MP, 3);
    const { values: rows } = await readAll(table);
    expect(rows).toEqual(Array.from(ours.indices, (j, at) => [Math.floor(at / 3), (at % 3) + 1, j, ours.values[at] as number]).flat());
  });

  it('the closest pairs are those of all cells, however few neighbours are asked for', () => {
    const left = put(folder, 'near.csv', 'id,a,b\nr0,.5,.5\nr1,.01,.99\n');
    const right = put(folder, 'others.csv', 'id,a,b\nq0,.5,.5\nq1,.51,.49\nq2,.52,.48\nq3,.2,.8\n');
    for (const args of [[left, right], [left, right, '--measure', 'js'], [right]]) {
      const run = [...args, '--id', 'id', '--top'];
      for (const top of ['3', '99']) {
        const [all, report] = [json(...run, top), json(...run, top, '--nearest', '1')];
        const places = ({ closest }: { closest: { row: number; other: number }[] }) => closest.map(({ row, other }) => [row, other]);
        expect(places(report)).toEqual(places(all));
        expect(report.nearest.every(({ neighbours }: { neighbours: object[] }) => neighbours.length === 1)).toBe(true);
        expect(report.toNearest.mean).toBeCloseTo(all.toNearest.mean, 12);
      }
    }
    const pairs = json(left, right, '--id', 'id', '--top', '3', '--nearest', '1').closest;
    expect(pairs.map(({ id, otherId }: { id: string; otherId: string }) => `${id} ${otherId}`)).toEqual(['r0 q0', 'r0 q1', 'r0 q2']);
    json(left, right, '--id', 'id', '--nearest', '1', '--out', out('own.csv'));
    expect(
      readFileSync(out('own.csv'), 'utf8')
        .split('\n')
        .map((line) => line.split(',').slice(0, 3).join(' ')),
    ).toEqual(['id rank nearest', 'r0 1 q0', 'r1 1 q3', '']);
  });

  it.each(['js', 'js-distance', 'jeffreys'] as const)(
    '%s of one file is exactly symmetric, and what the library answers',
    async (measure) => {
      const few = 300;
      const own = put(folder, 'own.npy', npyBytes('<f4', [few, COLS], P.subarray(0, few * COLS)));
      json(own, '--measure', measure, '--out', out('self.npy'));
      const all = { js: 'jensenShannonDivergence', 'js-distance': 'jensenShannonDistance', jeffreys: 'jeffreysDivergence' } as const;
      const { values } = await readAll(out('self.npy'), {}, few);
      expect(values).toEqual([...pairwise[all[measure]](matrix(P.slice(0, few * COLS), few, COLS)).data]);
      expect(values.every((value, at) => value === values[(at % few) * few + Math.floor(at / few)])).toBe(true);
    },
  );

  it('names a bad row by its place in the file, whatever step it is met in', () => {
    const rows = Array.from({ length: 3000 }, (_, i) => `r${i},${i % 7},${1 + (i % 5)}`);
    const few = put(folder, 'few.csv', 'name,a,b\nx,1,3\ny,3,1\n');
    const fine = put(folder, 'many.csv', `name,a,b\n${rows.join('\n')}\n`);
    const own = json(fine, few, '--id', 'name', '--nearest', '1').nearest; // text of several blocks is one matrix
    expect(own.map(({ id }: { id: string }) => id)).toEqual(rows.map((row) => row.split(',')[0]));
    const places = Int32Array.from(rows, (_, i) => own[i].neighbours[0].row);
    expect(places).toEqual(
      pairwise.nearest(
        matrix(
          rows.flatMap((row) => row.split(',').slice(1).map(Number)),
          3000,
          2,
        ),
        matrix([1, 3, 3, 1], 2, 2),
        1,
      ).indices,
    );
    rows[2500] = 'r2500,-1,1';
    const bad = put(folder, 'late.csv', `name,a,b\n\n${rows.join('\n')}\n`);
    for (const args of [
      [bad, few, '--nearest', '1'],
      [few, bad, '--nearest', '1'],
      [bad, '--nearest', '1'],
      [bad, few],
    ])
      expect(surprisal('pairs', ...args, '--id', 'name').stderr).toMatch(
        /late\.csv, row 2500 \(line 2503\), column "a": expected .*, got -1/,
      );
  });

  it('says so when rows of probabilities are none by their sums', () => {
    put(folder, 'sums.csv', 'a,b\n2,3\n0.5,0.5\n');
    put(folder, 'shares.csv', 'a,b\n0.3333,0.6666\n0.5,0.5\n');
    const [sums, shares] = [out('sums.csv'), out('shares.csv')];
    const note = 'Rows of P sum to 1 to 5, not to 1, and were divided by their sums: counts go by --as counts.';
    expect(json(sums).notes).toEqual([note]);
    expect(json(shares, sums).notes).toEqual([note.replace('P', 'Q')]);
    expect(json(shares).notes).toEqual([]);
    expect(json(sums, '--as', 'counts').notes).toEqual([]);
    expect(surprisal('pairs', sums).stdout).toContain('Rows of P sum to 1 to 5');
  });

  it('Gaussians and ids of a table; what is drawn', () => {
    const table = put(
      folder,
      'gauss.csv',
      `name,mu_x,mu_y,var_x,var_y\n${['a', 'b', 'c'].map((name, i) => `${name},${i * i},${i},1,${1 + i}`).join('\n')}\n`,
    );
    const args = [table, '--as', 'gaussian', '--mean', 'mu_*', '--variance', 'var_*', '--id', 'name'];
    const report = json(...args, '--nearest', '1');
    expect(report.nearest.map(({ id, neighbours }: { id: string; neighbours: { id: string }[] }) => [id, neighbours[0]?.id])).toEqual([
      ['a', 'b'],
      ['b', 'a'],
      ['c', 'b'],
    ]);
    const all = json(...args);
    expect(all.closest).toHaveLength(3);
    expect(all.closest[0].value).toBeCloseTo(report.closest[0].value, 9); // 2⁻³³ of a product beside the row kernel
    const { stdout } = surprisal('pairs', ...args);
    expect(stdout).toMatch(/^KL\(P ‖ Q\) of all pairs of Gaussians, in nats/);
    expect(stdout).toMatch(/6 pairs of different rows/);
    expect(stdout).toMatch(/│█/);
    const mean = put(folder, 'mean.npy', npyBytes('<f4', [1, 2], Float32Array.of(0, 0)));
    const variance = put(folder, 'variance.npy', npyBytes('<f4', [1, 2], Float32Array.of(1, 1)));
    const one = ['--as', 'gaussian', '--mean', mean, '--variance', variance, '--against-mean', mean, '--against-variance', variance];
    expect(json(...one)).toMatchObject({ pairs: 1, closest: [{ row: 0, other: 0, value: 0 }] });
    const means = put(folder, 'means.npy', npyBytes('<f4', [3, 2], Float32Array.of(0, 0, 1, 0, 0, 2)));
    const spread = json(...one.slice(0, -3), means, '--against-variance', variance); // one variance serves three means
    expect(spread.q.map(({ rows }: { rows: number }) => rows)).toEqual([3, 1]);
    expect(spread.closest.map(({ value }: { value: number }) => value)).toEqual([0, 0.5, 2]);
    const four = put(folder, 'four.npy', npyBytes('<f4', [4, 2], new Float32Array(8).fill(1)));
    const { stderr } = surprisal('pairs', ...one.slice(0, -3), means, '--against-variance', four);
    expect(stderr).toMatch(/means\.npy has 3 rows, .*four\.npy has 4/);
  });

  it('carries ids into what it writes', () => {
    const left = put(folder, 'left.csv', 'name,a,b\n"x, 1",1,3\ny,3,1\n');
    const right = put(folder, 'right.csv', 'name,a,b\nr,3,1\ns,1,3\nt,1,1\n');
    const plain = put(folder, 'plain.csv', 'a,b\n3,1\n1,3\n');
    const lines = (...args: string[]) => {
      json(...args, '--id', 'name', '--out', out('ids.tsv'));
      return readFileSync(out('ids.tsv'), 'utf8').trimEnd().split('\n');
    };
    const cells = lines(left, right);
    expect(cells[0]).toBe('name\tr\ts\tt');
    expect(cells.slice(1).map((line) => line.split('\t').map((cell) => cell === '0'))).toEqual([
      [false, false, true, false],
      [false, true, false, false],
    ]);
    expect(cells[1]).toMatch(/^x, 1\t/);
    expect(lines(left, right, '--nearest', '1')).toEqual(['name\trank\tnearest\tvalue', 'x, 1\t1\ts\t0', 'y\t1\tr\t0']);
    expect(lines(left, plain, '--nearest', '1').slice(1)).toEqual(['x, 1\t1\t1\t0', 'y\t1\t0\t0']);
    json(left, right, '--id', 'name', '--nearest', '1', '--out', out('ids.csv'));
    expect(readFileSync(out('ids.csv'), 'utf8')).toMatch(/^"x, 1",1,s,0$/m);
  });

  it.each([
    [[], /which file/, 2],
    [[p, '--as', 'logits'], /--as takes probabilities, counts, gaussian/, 2],
    [[q, '--nearest', '9'], /--nearest takes 1 to 8, the rows there are; got 9/, 2],
    [[q, p, '--nearest', '0'], /--nearest takes a whole number from 1 on/, 2],
    [[p, '--as', 'counts', '--require-normalized'], /--require-normalized goes with --as probabilities/, 2],
    [[put(folder, 'g.csv', 'a,b\n1,2\n3,1\n'), ...'--as gaussian --mean a --std b --against-std b'.split(' ')], /against what\?/, 2],
    [[p, '--out', p], /would overwrite an input/, 2],
    [[p, put(folder, 'wide.csv', 'a,b\n1,2\n')], /P \(.*p\.npy\) has 6 columns, Q \(.*wide\.csv\) has 2 columns/, 1],
    [[put(folder, 'bad.csv', 'a,b\n1,2\n3,-1\n')], /bad\.csv, row 1 \(line 3\), column "b": expected .*, got -1/, 1],
    [[put(folder, 'fine.csv', 'a,b\n1,2\n3,1\n'), out('bad.csv')], /bad\.csv, row 1 \(line 3\)/, 1],
    [[put(folder, 'one.csv', 'a,b\n1,2\n'), '--out', out('none.csv')], /one\.csv has one row, and no other to stand beside it: give Q/, 1],
    [[p, '--require-normalized'], /p\.npy, row 0: expected/, 1],
  ])('%s', (args, message, code) => {
    const { status, stderr } = surprisal('pairs', ...(args as string[]));
    expect(stderr).toMatch(message as RegExp);
    expect(status).toBe(code);
    expect(readdirSync(folder).filter((name) => /tmp|none/.test(name))).toEqual([]);
  });
});
