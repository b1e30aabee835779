import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A source file: its path from the root with `/`, its text, and what it imports (a path from the root, or the bare name). */
export interface Source {
  readonly path: string;
  readonly code: string;
  readonly imports: readonly string[];
}

/** Every .ts file below a folder of the repository. */
export function sourcesIn(folder: string): Source[] {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => name.endsWith('.ts') && !name.includes('node_modules'))
    .map((name) => readSource(join(folder, name).replaceAll('\\', '/')));
}

function readSource(path: string): Source {
  const code = withoutComments(readFileSync(join(root, path), 'utf8'));
  // import … from 'x', export … from 'x', import 'x', import('x'); a type-only import counts: floors are about knowledge.
  const found = code.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*)(['"])([^'"\n]+)\1/g);
  return { path, code, imports: [...found].map(([, , name]) => (name as string).replace(/^\..*/, (local) => pathOf(path, local))) };
}

function pathOf(importer: string, local: string): string {
  const path = relative(root, resolve(root, dirname(importer), local)).replaceAll('\\', '/');
  if (path.endsWith('.js')) return `${path.slice(0, -3)}.ts`;
  return /\.\w+$/.test(path) ? path : `${path}.ts`;
}

const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`])\/\/.*$/gm, '$1');
