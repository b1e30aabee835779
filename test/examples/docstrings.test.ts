import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import * as core from '../../src/index.js';
import { root, sourcesIn } from '../support/sources.js';

/**
 * What a docstring's example says is what comes out. Lines of the form `expression; // answer` are run, and an answer that is a number, an array or an object
 * is compared, if that is what comes out; `0.51…` stands for the digits that it begins with. Examples that use the reader's own data are left out.
 */
interface Line {
  readonly at: string;
  readonly got: unknown;
  readonly says: string;
}

const EXAMPLE = /@example\n((?: +\*(?! @| ?\/).*\n)+)/g;
const ANSWERED = /^(?!const |let |for |if )(.+?);\s*\/\/\s*(.+)$/;

/** Where the names of a file are told: its own, over those of the core. */
async function scopeOf(path: string): Promise<Record<string, unknown>> {
  const isUse = /^src\/(applications|families)\//.test(path);
  const uses = isUse ? ((await import(join(root, path))) as object) : {};
  const families = isUse ? ((await import('../../src/families/index.js')) as object) : {};
  return { ...core, ...families, ...uses };
}

async function linesOf(path: string): Promise<Line[]> {
  const text = readFileSync(join(root, path), 'utf8');
  const found: Line[] = [];
  for (const [, block = ''] of text.matchAll(EXAMPLE)) {
    const code = block.replace(/^ +\* ?/gm, '').trim();
    if (!code.split('\n').some((line) => ANSWERED.test(line)) || code.includes('await')) continue;
    const scope = await scopeOf(path);
    const body = code.replace(
      new RegExp(ANSWERED, 'gm'),
      (_, expression: string, says: string) => `found(${expression}, ${JSON.stringify(says)});`,
    );
    try {
      const run = new Function(...Object.keys(scope), 'found', body);
      run(...Object.values(scope), (got: unknown, says: string) => found.push({ at: `${path}: ${code}`, got, says }));
    } catch (error) {
      if (!(error instanceof ReferenceError)) throw new Error(`${path}: ${code}`, { cause: error });
    }
  }
  return found;
}

const plain = (value: unknown): unknown => (ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value);

/** The answer as a value; undefined where it is words. Numbers that end in … are kept as strings. */
function read(says: string): unknown {
  const [literal] = /^(\[[^\]]*\]|\{.*\}|-?[\d.]+(e-?\d+)?…?)/.exec(says.replace(/^Float(32|64)Array /, '').replaceAll('−', '-')) ?? [];
  if (literal === undefined || /(^|[\s,])…/.test(literal)) return undefined;
  try {
    return new Function(`return (${literal.replace(/-?[\d.]+…/g, (digits) => `'${digits.slice(0, -1)}'`)})`)();
  } catch {
    return undefined;
  }
}

function isSaid(got: unknown, said: unknown): boolean {
  if (typeof got === 'number') {
    if (typeof said === 'string') return String(got).startsWith(said);
    if (typeof said !== 'number') return false;
    // Said with fewer digits than a double has, it is rounded.
    const digits = String(said)
      .replace(/e.*/, '')
      .replace(/^-?0?\.?0*|\./g, '').length;
    return Math.abs(got - said) <= 2 ** -50 * Math.abs(got) || (digits < 15 && Number(got.toPrecision(Math.max(digits, 1))) === said);
  }
  const value = plain(got);
  if (typeof value !== 'object' || value === null || typeof said !== 'object' || said === null) return value === said;
  return Object.entries(said).every(([key, part]) => isSaid((value as Record<string, unknown>)[key], part));
}

it('examples of docstrings say what comes out', async () => {
  const paths = sourcesIn('src').map(({ path }) => path).filter((path) => !/^src\/(cli|parallel|io|backend)\//.test(path)); // biome-ignore format: one line
  const lines = (await Promise.all(paths.map(linesOf))).flat();
  const compared = lines
    .map((line) => ({ ...line, said: read(line.says) }))
    .filter(({ got, said }) => (typeof said === 'string' ? typeof got === 'number' : typeof said === typeof got));
  const wrong = compared.filter(({ got, said }) => !isSaid(got, said));
  expect(wrong.map(({ at, got, says }) => `${at}\n  says ${says}\n  got  ${JSON.stringify(plain(got)).slice(0, 100)}`)).toEqual([]);
  expect(compared.length).toBeGreaterThan(80);
});
