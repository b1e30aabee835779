import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { defineConfig } from 'vitest/config';
import papers from './package.json' with { type: 'json' };
import Reporter from './test/support/reporter.js';
import Sequencer from './test/support/sequencer.js';

const wasmAsBytes = {
  name: 'wasm-as-bytes',
  enforce: 'pre' as const,
  async load(id: string) {
    if (!id.endsWith('.wasm')) return undefined;
    const text = (await readFile(id)).toString('base64');
    return `export default () => Uint8Array.from(atob('${text}'), (c) => c.charCodeAt(0));`;
  },
};

/**
 * The twins come as one bundle: the test runner reaches every import through a getter, in their inner loops too, which takes twice as long. What they share with
 * the rest stays outside.
 */
const TWINS = fileURLToPath(new URL('src/backend/js/index.ts', import.meta.url));
const bundledTwins = {
  name: 'bundled-twins',
  enforce: 'pre' as const,
  async load(id: string) {
    if (id !== TWINS) return undefined;
    const inside = dirname(TWINS);
    const { outputFiles } = await build({
      entryPoints: [TWINS],
      bundle: true,
      write: false,
      format: 'esm',
      target: 'es2022',
      sourcemap: 'inline',
      plugins: [
        {
          name: 'shared-stays-outside',
          setup: ({ onResolve }) =>
            onResolve({ filter: /^\./ }, ({ path, resolveDir }) => {
              const source = resolve(resolveDir, path.replace(/\.js$/, '.ts'));
              return source.startsWith(inside) ? undefined : { path: source, external: true };
            }),
        },
      ],
    });
    return outputFiles[0]?.text;
  },
};

/** The package's own name in tests is its source: sub-paths as package.json names them. */
const subPaths = Object.fromEntries(
  Object.entries(papers.exports).flatMap(([name, target]) => {
    if (name === '.' || typeof target === 'string') return [];
    const source = target.types.replace('./build/types', './src').replace(/\.d\.ts$/, '.ts');
    return [[name.replace('.', papers.name), fileURLToPath(new URL(source, import.meta.url))]];
  }),
);

export default defineConfig({
  plugins: [wasmAsBytes, bundledTwins],
  resolve: {
    alias: {
      ...subPaths,
      surprisal: fileURLToPath(new URL('src/index.ts', import.meta.url)),
    },
  },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/support/build.ts',
    setupFiles: 'test/support/startModule.ts',
    reporters: [new Reporter()],
    sequence: { sequencer: Sequencer },
    isolate: false, // files share what they import, a sixth of the time
    restoreMocks: true,
    unstubGlobals: true,
    maxWorkers: '100%', // vitest leaves one core out, which on two cores is half
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
