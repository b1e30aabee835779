// Builds the package, or bundles one TypeScript script of bench/ or test/ and runs it.
//
//   node esbuild.mjs                     everything: build/surprisal.wasm, build/index.js, build/cli.js, build/types/
//   node esbuild.mjs wasm                build/surprisal.wasm alone
//   node esbuild.mjs fresh               what is older than its sources, types aside
//   node esbuild.mjs run FILE [args...]  the same, then runs FILE with args and passes its exit code on
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(fileURLToPath(import.meta.url));
const at = (...parts) => join(root, ...parts);
const WASM = at('build/surprisal.wasm');
const ENTRY = at('build/index.js');
const CLI = at('build/cli.js');

/** Runs a script of an installed package with this Node; whether it succeeded. */
function tool(script, ...args) {
  return spawnSync(process.execPath, [at('node_modules', script), ...args], { cwd: root, stdio: 'inherit' }).status === 0;
}

/** Ends a build whose tool has printed why; an artefact older than its sources must not stay behind and be taken for theirs. */
function giveUp(...artefacts) {
  for (const artefact of artefacts) rmSync(artefact, { recursive: true, force: true });
  process.exit(1);
}

/** A reader sees the old file or the new one, never half of it: several builds may run at once. */
function replace(file, contents) {
  const temporary = `${file}.${process.pid}`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(temporary, contents);
  renameSync(temporary, file);
}

const changed = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

function isOlder(file, folder, ...files) {
  const sources = readdirSync(at(folder), { recursive: true }).map((name) => at(folder, name));
  return [...sources, ...files].some((source) => changed(source) > changed(file));
}

function buildWasm() {
  const temporary = `${WASM}.${process.pid}`;
  mkdirSync(dirname(WASM), { recursive: true });
  if (!tool('assemblyscript/bin/asc.js', '--target', 'release', '--outFile', relative(root, temporary))) giveUp(WASM, ENTRY);
  renameSync(temporary, WASM);
}

const common = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  target: 'es2022', // without a target the wasm would be read by Uint8Array.fromBase64, which Node 20 lacks
  loader: { '.wasm': 'binary' },
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'warning',
  write: false,
};

/** Code above the core reaches it through src/index.ts alone, which stays the one built entry and is not bundled a second time. */
const coreStaysOutside = {
  name: 'core-stays-outside',
  setup({ onResolve }) {
    onResolve({ filter: /\/index\.js$/ }, ({ path, resolveDir }) =>
      resolve(resolveDir, path) === at('src/index.js') ? { path: './index.js', external: true } : undefined,
    );
  },
};

async function bundle(entry, outfile, options) {
  const { outputFiles } = await build({ ...common, entryPoints: [entry], outfile, ...options }).catch(() => giveUp(outfile));
  for (const { path, contents } of outputFiles) replace(path, contents);
}

async function buildBundles() {
  if (!existsSync(at('src/index.ts'))) return;
  await bundle(at('src/index.ts'), ENTRY, { platform: 'neutral', minifyWhitespace: true, minifySyntax: true });
  if (!existsSync(at('src/cli/main.ts'))) return;
  await bundle(at('src/cli/main.ts'), CLI, {
    platform: 'node',
    plugins: [coreStaysOutside],
    banner: { js: `#!/usr/bin/env node\n/* Contains picocolors.\n${readFileSync(at('node_modules/picocolors/LICENSE'), 'utf8')}*/` },
  });
  chmodSync(CLI, 0o755);
}

function buildTypes() {
  rmSync(at('build/types'), { recursive: true, force: true });
  if (!tool('typescript/bin/tsc', '--project', 'tsconfig.build.json')) giveUp(at('build/types'));
}

async function fresh() {
  if (isOlder(WASM, 'assembly')) buildWasm();
  if (isOlder(ENTRY, 'src', WASM)) await buildBundles();
}

async function run(file, args) {
  if (file === undefined) throw new Error('usage: node esbuild.mjs run FILE.ts [args...]');
  await fresh();
  const script = at('build/dev', relative(root, resolve(file)).replace(/\.ts$/, '.mjs'));
  await bundle(resolve(file), script, { platform: 'node', packages: 'external', sourcemap: 'inline' });
  const { status } = spawnSync(process.execPath, ['--enable-source-maps', script, ...args], { stdio: 'inherit' });
  process.exit(status ?? 1);
}

const [task = 'all', file, ...args] = process.argv.slice(2);
if (task === 'run') await run(file, args);
else if (task === 'wasm') buildWasm();
else if (task === 'fresh') await fresh();
else if (task === 'all') {
  buildWasm();
  await buildBundles();
  buildTypes();
} else throw new Error(`unknown task '${task}': nothing, wasm, fresh, or run FILE`);
