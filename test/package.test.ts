import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from './support/sources.js';

/** What a command prints; when it fails, the error says all that it printed. */
function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}`);
  return stdout;
}

const bin = (name: string): string => join(root, 'node_modules/.bin', name);
const node = (args: readonly string[], cwd: string): string => run(process.execPath, args, cwd);

function pack(folder: string, to: string): { file: string; paths: string[] } {
  const [made] = JSON.parse(run('npm', ['pack', folder, '--ignore-scripts', '--json', '--pack-destination', to], root));
  return { file: join(to, made.filename), paths: made.files.map(({ path }: { path: string }) => path) };
}

describe('the packed tarball', () => {
  let folder: string;
  let tarball: string;
  let paths: string[];

  beforeAll(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'surprisal-')));
    node(['esbuild.mjs', 'package'], root);
    const made = pack('.', folder);
    ({ file: tarball, paths } = made);
    // Both tarballs are local, so that the test needs no network: the loader is the package's only dependency.
    const loader = pack('./node_modules/@assemblyscript/loader', folder);
    mkdirSync(join(folder, 'user'));
    writeFileSync(join(folder, 'user/package.json'), '{ "name": "user", "private": true }\n');
    run('npm', ['install', '--offline', '--no-audit', '--no-fund', tarball, loader.file], join(folder, 'user'));
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('holds built output and its papers, and no source, test, or example data', () => {
    const expected =
      /^(build\/([a-z-]+\.js(\.LEGAL\.txt)?|surprisal\.wasm|types\/.*\.d\.ts)|package\.json|README\.md|CHANGELOG\.md|LICENSE)$/;
    expect(paths.filter((path) => !expected.test(path))).toEqual([]);
    expect(paths).toEqual(
      expect.arrayContaining([
        'build/index.js',
        'build/audit.js',
        'build/cli.js',
        'build/types/index.d.ts',
        'LICENSE',
        'README.md',
        'CHANGELOG.md',
      ]),
    );
  });

  it('is clean for publint', () => {
    expect(run(bin('publint'), ['run', tarball, '--strict'], root)).toMatch(/All good/);
  });

  it('is clean for attw as an ESM-only package', () => {
    run(bin('attw'), [tarball, '--profile', 'esm-only', '--exclude-entrypoints', './kernels.wasm'], root);
  });

  it('has a module of at most 64 KB', () => {
    expect(readFileSync(join(root, 'build/surprisal.wasm')).length).toBeLessThanOrEqual(64 * 1024);
  });

  // The aim is 60 KB: until the twins are that small, this keeps it from growing.
  it('has an entry of at most 78 KB gzipped, wasm inlined, that imports nothing', () => {
    const entry = readFileSync(join(root, 'build/index.js'));
    expect(gzipSync(entry, { level: 9 }).length).toBeLessThanOrEqual(78_400);
    expect(entry.toString()).not.toMatch(/\bfrom\s*["']|\bimport\s*\(|\bimport\s*["']/);
  });

  it('shows a few thousand characters of itself in an uncaught error, not all', () => {
    for (const name of readdirSync(join(root, 'build')).filter((file) => file.endsWith('.js'))) {
      const code = readFileSync(join(root, 'build', name), 'utf8').replace(/"[A-Za-z0-9+/=]{9999,}"/g, '""');
      expect(Math.max(...code.split('\n').map((line) => line.length)), name).toBeLessThan(10_000);
    }
  });

  it('works from plain JavaScript, by import and by require', () => {
    const user = join(folder, 'user');
    const use = `
      const r = [klDivergence([0.5, 0.5], [0.25, 0.75]), ...klDivergence(matrix(new Float32Array([1, 0, 0.5, 0.5]), 2, 2), [0.5, 0.5])];
      console.log(JSON.stringify([backend().name, r]));`;
    writeFileSync(join(user, 'use.mjs'), `import { backend, klDivergence, matrix } from 'surprisal';${use}`);
    writeFileSync(join(user, 'use.cjs'), `const { backend, klDivergence, matrix } = require('surprisal');${use}`);
    for (const file of ['use.mjs', 'use.cjs']) {
      const [name, results] = JSON.parse(node(['--no-warnings', file], user));
      expect(name).toBe('wasm');
      expect(results[0]).toBeCloseTo(0.5 * Math.log(4 / 3), 15);
      expect(results[1]).toBeCloseTo(Math.LN2, 15);
      expect(results[2]).toBe(0);
    }
  });

  it('says what reads Parquet where that is not installed', () => {
    const user = join(folder, 'user');
    writeFileSync(join(user, 'x.parquet'), 'PAR1');
    const { status, stderr } = spawnSync(process.execPath, ['node_modules/surprisal/build/cli.js', 'score', 'x.parquet'], {
      cwd: user,
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(/x\.parquet: is a Parquet file, which the package hyparquet reads: npm install hyparquet/);
  });

  it('works from strict TypeScript, which knows what each call returns and refuses what is wrong', () => {
    const user = join(folder, 'user');
    writeFileSync(
      join(user, 'use.ts'),
      `import { backend, createCore, gaussian, klDivergence, logits, type Matrix, matrix, SurprisalError } from 'surprisal';
      const P: Matrix = matrix(new Float64Array(4), 2, 2);
      const one: number = klDivergence([0.5, 0.5], new Float32Array(2), { base: 2 });
      const many: Float64Array = klDivergence(P, P, { out: new Float64Array(2), core: createCore({ backend: 'js' }) });
      const prior: Float64Array = gaussian.klDivergence({ mean: P, logVariance: P }, gaussian.standard);
      const distilled: number = logits.klDivergence([0, 1], [1, 0], { temperature: 4 });
      const name: 'wasm' | 'js' = backend().name;
      // @ts-expect-error an option that does not exist
      klDivergence([1], [1], { bases: 2 });
      // @ts-expect-error a batch gives one result a row
      const wrong: number = klDivergence(P, P);
      export { distilled, many, name, one, prior, SurprisalError, wrong };
      `,
    );
    const options = {
      target: 'es2022',
      lib: ['es2022'],
      module: 'nodenext',
      strict: true,
      exactOptionalPropertyTypes: true,
      types: [],
      noEmit: true,
    };
    writeFileSync(join(user, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['use.ts'] }));
    writeFileSync(join(user, 'package.json'), JSON.stringify({ name: 'user', private: true, type: 'module' }));
    node([join(root, 'node_modules/typescript/bin/tsc'), '--project', '.'], user);
  });

  it('has types that need neither the DOM nor Node, nor a name that TypeScript 5.0 lacks', () => {
    const user = join(folder, 'user');
    const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { exports: Record<string, { types?: string }> };
    const names = Object.keys(exports).filter((name) => exports[name]?.types !== undefined);
    const lines = names.map((name, k) => `export * as m${k} from 'surprisal${name.slice(1)}';`);
    writeFileSync(join(user, 'all.mts'), lines.join('\n'));
    const options = ['--module', 'nodenext', '--target', 'es2022', '--lib', 'es2022', '--strict', '--noEmit', '--skipLibCheck', 'false'];
    writeFileSync(join(user, 'tsconfig.json'), JSON.stringify({ compilerOptions: { types: [] }, files: ['all.mts'] }));
    node([join(root, 'node_modules/typescript/bin/tsc'), '--project', '.', ...options, '--exactOptionalPropertyTypes'], user);
    const newer = paths.filter((path) => path.endsWith('.d.ts') && /\bNoInfer</.test(readFileSync(join(root, path), 'utf8')));
    expect(newer).toEqual([]); // of TypeScript 5.4
  });

  it('brings the audit as a sub-path, on the same core', () => {
    const user = join(folder, 'user');
    const lines = [
      `import { SurprisalError } from 'surprisal';`,
      `import { audit } from 'surprisal/audit';`,
      `console.log(audit([0, 1], [0.5, 0.5]).means.kl);`,
      `try { audit([-1, 2], [0.5, 0.5]); } catch (error) { console.log(error instanceof SurprisalError); }`,
    ];
    writeFileSync(join(user, 'audit.mjs'), lines.join('\n'));
    expect(node(['audit.mjs'], user)).toBe(`${Math.LN2}\ntrue\n`);
    expect(readFileSync(join(root, 'build/audit.js'), 'utf8')).toMatch(/from\s*"\.\/index\.js"/);
  });

  it('brings the pool as a sub-path, and says what it needs', () => {
    const user = join(folder, 'user');
    const lines = [
      `import { createPool } from 'surprisal/parallel';`,
      `await createPool({ threads: 2 }).catch(({ code, message }) => console.log(code, /npm install piscina/.test(message)));`,
    ];
    writeFileSync(join(user, 'pool.mjs'), lines.join('\n'));
    expect(node(['pool.mjs'], user)).toBe('ERR_BACKEND true\n');
    expect(paths).toEqual(expect.arrayContaining(['build/parallel-browser.js', 'build/parallel-worker.js']));
  });

  it('brings the surprisal command', () => {
    const command = join(folder, 'user/node_modules/.bin/surprisal');
    expect(existsSync(command)).toBe(true);
    expect(run(command, ['--help'], folder)).toMatch(/score/);
  });

  it('gives the module to who wants to host it', () => {
    const user = join(folder, 'user');
    cpSync(join(root, 'build/surprisal.wasm'), join(folder, 'expected.wasm'));
    writeFileSync(join(user, 'where.mjs'), `console.log(import.meta.resolve('surprisal/kernels.wasm'));`);
    const path = new URL(node(['where.mjs'], user).trim());
    expect(readFileSync(path).equals(readFileSync(join(folder, 'expected.wasm')))).toBe(true);
  });
});
