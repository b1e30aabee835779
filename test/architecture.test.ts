import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root, type Source, sourcesIn } from './support/sources.js';

/**
 * The floors of DESIGN.md, lowest first: a file imports only from floors below its own. Files of one floor and one folder may share
 * work among themselves as long as no circle arises, except on floors of peers, where what two files share has to sink to a lower floor.
 */
interface Floor {
  readonly holds: RegExp;
  readonly peers?: true;
}

const ASSEMBLY: readonly Floor[] = [
  { holds: /^assembly\/(simd\/|memory\.ts$)/ },
  { holds: /^assembly\/math\// },
  { holds: /^assembly\/kernels\//, peers: true },
  { holds: /^assembly\/(index|maps|unpack)\.ts$/ },
];

const SRC: readonly Floor[] = [
  { holds: /^src\/(types|error|floats)\.ts$|^build\/(surprisal|unpack)\.wasm$/ },
  { holds: /^src\/rows\/(narrow|lazyRows|resident)\.ts$/ },
  { holds: /^src\/backend\/pack\.ts$/ },
  { holds: /^src\/backend\/contract\.ts$/ },
  { holds: /^src\/check\// },
  { holds: /^src\/check\.ts$/ },
  { holds: /^src\/rows\/(matrix|widen|blocks|zeroRules)\.ts$/, peers: true },
  { holds: /^src\/backend\/js\/math\// },
  { holds: /^src\/backend\/js\/(?!index\.ts)/, peers: true },
  { holds: /^src\/backend\/(js\/index\.ts$|wasm\/)/ },
  { holds: /^src\/backend\/late\.ts$/ },
  { holds: /^src\/backend\/select\.ts$/ },
  { holds: /^src\/(core|call|gradient|labels|masses)\.ts$/ },
  { holds: /^src\/rows\/derived\.ts$/ },
  { holds: /^src\/rows\/(sparse|masked)\.ts$/, peers: true },
  { holds: /^src\/pairs\// },
  { holds: /^src\/divergences\//, peers: true },
  { holds: /^src\/(index|logits)\.ts$/ },
  { holds: /^src\/(io|parallel)\// },
  { holds: /^src\/report\// },
  { holds: /^src\/applications\/(statistics|input)\// },
  { holds: /^src\/families\/math\// },
  { holds: /^src\/families\/closed\// },
  { holds: /^src\/families\// },
  { holds: /^src\/applications\/(?!(statistics|input)\/)/ },
  { holds: /^src\/(cli|queue)\// },
];

const assembly = sourcesIn('assembly');
const src = sourcesIn('src');
const bench = sourcesIn('bench');
const test = sourcesIn('test');
const all = [...assembly, ...src, ...bench, ...test];
const local = (source: Source): string[] => source.imports.filter((path) => /^(assembly|src|bench|test|build|examples)\//.test(path));
const folder = (path: string): string => path.replace(/[^/]*$/, '');
const startsWith =
  (...starts: string[]) =>
  (path: string) =>
    starts.some((start) => path.startsWith(start));

function floorOf(floors: readonly Floor[], path: string): number {
  return floors.findIndex(({ holds }) => holds.test(path));
}

/** Import lines that go up, go sideways where they may not, or leave the building. */
function offences(floors: readonly Floor[], sources: readonly Source[]): string[] {
  return sources.flatMap((source) => {
    const from = floorOf(floors, source.path);
    if (from < 0) return [`${source.path} stands on no floor`];
    const sideways = (path: string) => folder(path) === folder(source.path) || path.startsWith(folder(source.path));
    const allowed = (path: string) => {
      const to = floorOf(floors, path);
      return to >= 0 && (to < from || (to === from && !floors[from]?.peers && sideways(path)));
    };
    return local(source)
      .filter((path) => !allowed(path))
      .map((path) => `${source.path} imports ${path}`);
  });
}

/** Everything that a file reaches over local imports, itself included. */
function reach(sources: readonly Source[], start: string): Set<string> {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const seen = new Set<string>();
  const visit = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    const source = byPath.get(path);
    if (source) for (const next of local(source)) visit(next);
  };
  visit(start);
  return seen;
}

const importersOf = (sources: readonly Source[], name: RegExp): string[] =>
  sources.filter(({ imports }) => imports.some((path) => name.test(path))).map(({ path }) => path);

describe('floors (DESIGN.md, Layout)', () => {
  it('assembly imports only downwards: simd, math, kernels, index', () => {
    expect(offences(ASSEMBLY, assembly)).toEqual([]);
  });

  it('src imports only downwards', () => {
    expect(offences(SRC, src)).toEqual([]);
  });

  it('no file reaches itself', () => {
    const circles = all.filter((source) => local(source).some((path) => reach(all, path).has(source.path)));
    expect(circles.map(({ path }) => path)).toEqual([]);
  });

  it('bench imports src, test/support, test/oracle and itself; nothing else imports bench or test', () => {
    const outside = (sources: readonly Source[], isAllowed: (path: string) => boolean) =>
      sources.flatMap((source) =>
        local(source)
          .filter((path) => !isAllowed(path))
          .map((path) => `${source.path} imports ${path}`),
      );
    expect(outside(bench, startsWith('src/', 'bench/', 'test/support/', 'test/oracle/'))).toEqual([]);
    expect(outside([...src, ...assembly], startsWith('src/', 'assembly/', 'build/'))).toEqual([]);
  });
});

describe('law 7: the core stands alone', () => {
  it('src/index.ts reaches nothing of parallel, io, report, families, applications, cli, queue, and no package but the loader', () => {
    const reached = reach(src, 'src/index.ts');
    expect([...reached].filter((path) => /^src\/(parallel|io|report|families|applications|cli|queue)\//.test(path))).toEqual([]);
    const bare = src
      .filter(({ path }) => reached.has(path))
      .flatMap(({ imports }) => imports.filter((name) => !/^(src|build)\//.test(name)));
    expect(bare).toEqual(['@assemblyscript/loader']);
  });

  it('node: is imported only by io, report, cli, parallel and queue', () => {
    expect(importersOf(src, /^node:/).filter((path) => !/^src\/(io|report|cli|parallel|queue)\//.test(path))).toEqual([]);
  });

  it('one file imports the loader, and two files the modules of build/', () => {
    expect(importersOf(src, /^@assemblyscript\/loader/)).toEqual(['src/backend/wasm/instantiate.ts']);
    expect(importersOf([...src, ...assembly], /^build\//)).toEqual(['src/backend/wasm/bytes.ts', 'src/backend/wasm/unpack.ts']);
  });

  it('what stands above the core meets it through src/index.ts, so that the command line is bundled without a second core', () => {
    const above = src.filter(({ path }) => /^src\/(io|report|families|applications|cli|parallel|queue)\//.test(path));
    const inner = above.flatMap((source) =>
      local(source).filter(
        (path) => !/^src\/((index|types|rows\/narrow)\.ts$|io\/|report\/|families\/|applications\/|cli\/|parallel\/|queue\/)/.test(path),
      ),
    );
    expect(inner).toEqual([]);
  });
});

describe('law 2: a backend never changes an answer', () => {
  const twin = (path: string) => path.replace('assembly/kernels/', 'src/backend/js/');
  const kernels = assembly.filter(({ path }) => path.startsWith('assembly/kernels/'));

  it.each(kernels.map(({ path }) => path))('%s has its twin', (path) => {
    expect(existsSync(join(root, twin(path)))).toBe(true);
  });

  it('no kernel, twin or divergence calls an engine’s logarithm, exponential or power', () => {
    // Exact functions are the same everywhere; Math.log and its like may differ in the last bit from engine to engine.
    const exact = /^(abs|ceil|clz32|floor|fround|imul|max|min|sign|sqrt|trunc|[A-Z]\w*)$/;
    const bound = all.filter(({ path }) =>
      /^assembly\/|^src\/(backend\/js|divergences)\/|^src\/(rows\/widen|core|call|gradient|labels)\.ts$/.test(path),
    );
    const found = bound.flatMap(({ path, code }) => {
      const calls = [...code.matchAll(/\b(?:Native)?Mathf?\.(\w+)/g)].map(([, name]) => name as string).filter((name) => !exact.test(name));
      if (/\*\*=?/.test(code.replace(/(['"`]).*?\1/g, ''))) calls.push('**');
      return calls.map((name) => `${path}: ${name}`);
    });
    expect(found).toEqual([]);
  });
});

it('files that a comment or a page points to are there', () => {
  const pages = ['README.md', 'CONTRIBUTING.md', ...readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)]; // biome-ignore format: one line
  const missing = [...all.map(({ path }) => path), ...pages].flatMap((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    const named = [...text.matchAll(/(?<![\w/.])(?:test|assembly|bench|docs|examples|src\/(?!losses))\/?[\w./-]+\.(?:ts|md|json|npy|py|html|svg)\b/g)].map(([name]) => name); // biome-ignore format: one line
    const links = path.endsWith('.md')
      ? [...text.matchAll(/\]\((?!https?:)([^)#\s]+)/g)].map(([, name]) => join(folder(path), name as string))
      : [];
    return [...named.filter((name) => name.includes('/')), ...links]
      .filter((name) => !existsSync(join(root, name)))
      .map((name) => `${path}: ${name}`);
  });
  expect(missing).toEqual([]);
});
