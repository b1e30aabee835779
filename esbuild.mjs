// Builds the package, or bundles one TypeScript script of bench/, test/ or examples/ and runs it.
//
//   node esbuild.mjs                     everything: build/surprisal.wasm, build/index.js, the sub-paths' bundles, build/cli.js, build/types/
//   node esbuild.mjs wasm                the modules of build/ alone
//   node esbuild.mjs fresh               what is older than its sources, types aside
//   node esbuild.mjs package             what is older than its sources
//   node esbuild.mjs script FILE         what is older than its sources, types aside, and FILE with all it imports as one build/dev/FILE.mjs
//   node esbuild.mjs run FILE [args...]  the same, then runs it with args and passes its exit code on
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { compress } from 'lzma1';
import { minify } from 'terser';
import { packData } from './assembly/packData.mjs';
import { exportName } from './src/backend/wasm/exportName.mjs';

const root = dirname(fileURLToPath(import.meta.url));
const at = (...parts) => join(root, ...parts);
const WASM = at('build/surprisal.wasm');
const UNPACK = at('build/unpack.wasm');
const MAPS = at('build/maps.wasm');
const ENTRY = at('build/index.js');
const CLI = at('build/cli.js');
const TYPES = at('build/types');
const papers = JSON.parse(readFileSync(at('package.json'), 'utf8'));
/** Optional peers stay outside every bundle. */
const PEERS = Object.keys(papers.peerDependencies ?? {});
/** Sub-paths of the package above the core, as package.json names them: each a bundle of its own that imports the built entry. */
const SUB_PATHS = Object.entries(papers.exports)
  .filter(([name, target]) => name !== '.' && target.types !== undefined)
  .map(([, { types, default: built }]) => ({
    source: at(types.replace('./build/types', 'src').replace(/\.d\.ts$/, '.ts')),
    built: at(built),
  }));
/** Beside the sub-path `parallel`: its pool for browsers, and the script of its workers. */
for (const name of ['browser', 'worker']) SUB_PATHS.push({ source: at(`src/parallel/${name}.ts`), built: at(`build/parallel-${name}.js`) });
const ENTRY_BANNER = '/* surprisal, Apache-2.0. Bundles @assemblyscript/loader, Apache-2.0. */';

/** Runs a script of an installed package with this Node; whether it succeeded. */
function tool(script, ...args) {
  const stdio = ['ignore', 'inherit', 'pipe'];
  const { status, stderr } = spawnSync(process.execPath, [at('node_modules', script), ...args], { cwd: root, stdio, encoding: 'utf8' });
  process.stderr.write(stderr.replace('Last converge was suboptimal.\n', '')); // asc: one more round of optimising gained nothing
  return status === 0;
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

/** The product's module, the one that unpacks it, and the one by which tests reach assembly/math. */
function buildWasm() {
  mkdirSync(dirname(WASM), { recursive: true });
  // The product's kernels lose a tenth of their speed where asc looks after size too.
  for (const [entry, file, ...more] of [
    ['index', WASM],
    ['unpack', UNPACK, '--shrinkLevel', '1'],
    ['maps', MAPS],
  ]) {
    const temporary = `${file}.${process.pid}`;
    const options = ['--target', 'release', '--outFile', relative(root, temporary), ...more];
    if (!tool('assemblyscript/bin/asc.js', `assembly/${entry}.ts`, ...options) || (file === WASM && !tighten(temporary)))
      giveUp(temporary, WASM, UNPACK, MAPS, ENTRY);
    replace(file, packData(readFileSync(temporary), file === MAPS ? undefined : exportName));
  }
}

/**
 * What takes 1 % away: what differs in a constant alone, exports of one kernel for both types, becomes one function. Once more from the file, as what was written and
 * read again is simpler. Large functions stay apart there: in one piece engines optimise them later, and first calls take half as long again. `const-hoisting`
 * would take another 1 % of the module, and make it 1 % larger packed.
 */
function tighten(file) {
  const passes = ['--merge-similar-functions', '--reorder-functions', '--reorder-locals'];
  const features = ['simd', 'bulk-memory', 'bulk-memory-opt', 'sign-ext', 'nontrapping-float-to-int', 'mutable-globals'].map(
    (name) => `--enable-${name}`,
  );
  const pass = (...more) => tool('binaryen/bin/wasm-opt', file, '-o', file, ...features, ...more, ...passes);
  return pass() && pass('-O3', '--one-caller-inline-max-function-size=420');
}

/** What assembly/unpack.ts takes: of an LZMA file what follows the header, which says its parameters and size. */
function lzma(bytes) {
  if (bytes.length > 0x10000)
    throw new Error('the module is beyond 64 KiB, where assembly/unpack.ts has its models: see tighten in esbuild.mjs');
  const file = Uint8Array.from(compress(bytes, 9));
  if (file[0] !== 93) throw new Error('the packer has changed: see assembly/unpack.ts'); // (2·5 + 0)·9 + 3: pb, lp, lc
  return file.subarray(13);
}

/** A module becomes a function that answers its bytes; the product's own is packed. */
const inlineWasm = {
  name: 'inline-wasm',
  setup({ onLoad }) {
    onLoad({ filter: /\.wasm$/ }, ({ path }) => {
      const bytes = readFileSync(path);
      const text = (contents) => JSON.stringify(Buffer.from(contents).toString('base64'));
      const contents =
        path === WASM
          ? `import { unpack } from './src/backend/wasm/unpack.ts'; export default () => unpack(${text(lzma(bytes))}, ${bytes.length});`
          : `import { fromBase64 } from './src/backend/wasm/base64.ts'; export default () => fromBase64(${text(bytes)});`;
      return { contents, loader: 'js', resolveDir: root };
    });
  },
};

const common = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  target: 'es2022',
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'warning',
  write: false,
};

/**
 * Of the loader, instantiation alone is bundled. Its helpers for strings and arrays want a runtime that the module does not export, and
 * the functions it would import are none of the module's; they would be a twentieth of the entry. What it makes for them when it is loaded,
 * a decoder and a patch of the page's own Object, goes too.
 */
const leanLoader = {
  name: 'lean-loader',
  setup({ onLoad }) {
    onLoad({ filter: /@assemblyscript[\\/]loader[\\/]index\.js$/ }, ({ path }) => {
      const source = readFileSync(path, 'utf8');
      const parts = [
        ['= preInstantiate(imports);', '= {};'],
        ['= postInstantiate(extended, instance);', '= instance.exports;'],
        ['= new TextDecoder("utf-16le", { fatal: true });', '= undefined;'],
        [/^Object\.hasOwn = .*?^};/ms.exec(source)?.[0] ?? '', ''],
      ];
      if (!parts.every(([from]) => from !== '' && source.includes(from)))
        throw new Error('the loader has changed: see lean-loader in esbuild.mjs');
      const contents = parts.reduce((text, [from, to]) => text.replaceAll(from, to), source);
      return { contents, loader: 'js' };
    });
  },
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

/** @stdlib defines constants of functions by a helper that brings a formatter of messages, a twentieth of a bundle, for what cannot happen here. */
const leanStdlib = {
  name: 'lean-stdlib',
  setup({ onLoad }) {
    onLoad({ filter: /@stdlib[\\/]utils-define-property[\\/]lib[\\/]index\.js$/ }, () => ({
      contents: 'module.exports = Object.defineProperty;',
    }));
  },
};

async function bundle(entry, outfile, { plugins = [], ...options }) {
  const settings = { ...common, entryPoints: [entry], outfile, plugins: [inlineWasm, ...plugins], metafile: true, ...options };
  const { outputFiles, metafile } = await build(settings).catch(() => giveUp(outfile));
  const notice = options.legalComments === 'linked' ? noticeOf(metafile) : '';
  for (const { path, text } of outputFiles) replace(path, path === outfile ? notice + (options.minify ? inLines(text) : text) : text);
}

/**
 * Of an uncaught error Node prints the line that has thrown it, which in a bundle of one line is all of it. Line breaks that always stand before the same
 * words cost gzip next to nothing, 20 to 60 bytes; breaks by length, as the tools make them, three to ten times as much.
 */
function inLines(code) {
  return code.replaceAll(/(?<=})(?=function )|(?<=;)(?=(?:var|const) )/g, '\n');
}

/** What a bundle contains of other packages: their names and licences, a scope as one. */
function noticeOf({ inputs }) {
  const found = new Map();
  for (const input of Object.keys(inputs)) {
    const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1];
    if (name === undefined) continue;
    const { license } = JSON.parse(readFileSync(at(`${input.slice(0, input.indexOf(name) + name.length)}/package.json`), 'utf8'));
    found.set(name.replace(/^(@[^/]+)\/.*/, '$1/*'), license);
  }
  const names = [...found].map(([name, license]) => `${name} (${license})`);
  return names.length === 0 ? '' : `/* surprisal, Apache-2.0. Contains ${names.join(', ')}. */\n`;
}

/**
 * esbuild inlines and renames; terser then simplifies across functions: 2 % of the entry. The packed modules go to the front: gzip takes 16,383 symbols for one kind
 * of text, and these are two times as many less a fifth, so that little else is taken with them: 4 %.
 */
async function shrink(file) {
  const options = { module: true, ecma: 2020, compress: { ecma: 2020, passes: 3, unsafe_arrows: true } };
  const { code } = await minify(readFileSync(file, 'utf8'), options);
  const packed = [];
  const short = inLines(code).replaceAll(/"[A-Za-z0-9+/=]{999,}"/g, (text) => `packed${packed.push(text)}`);
  const texts = packed.map((text, k) => `packed${k + 1}=${text}`);
  replace(file, `${ENTRY_BANNER}\nconst ${texts.join()};\n${short}`);
}

async function buildBundles() {
  await bundle(at('src/index.ts'), ENTRY, {
    platform: 'neutral',
    minify: true,
    plugins: [leanLoader],
  });
  await shrink(ENTRY);
  for (const { source, built } of SUB_PATHS)
    await bundle(source, built, {
      platform: 'neutral',
      mainFields: ['browser', 'module', 'main'],
      external: ['node:*', ...PEERS],
      minify: true,
      legalComments: 'linked', // of the packages that are bundled, in a file beside
      plugins: [coreStaysOutside, leanStdlib],
    });
  await bundle(at('src/cli/main.ts'), CLI, {
    platform: 'node',
    external: PEERS,
    plugins: [coreStaysOutside, leanStdlib],
    legalComments: 'eof',
    banner: {
      js: `#!/usr/bin/env node\n/* Contains picocolors, and of @stdlib (Apache-2.0) what the comments at the end name.\n${readFileSync(at('node_modules/picocolors/LICENSE'), 'utf8')}*/`,
    },
  });
  chmodSync(CLI, 0o755);
}

function buildTypes() {
  rmSync(TYPES, { recursive: true, force: true });
  if (!tool('typescript/bin/tsc', '--project', 'tsconfig.build.json')) giveUp(TYPES);
}

async function fresh() {
  if (isOlder(WASM, 'assembly', at('asconfig.json'), at('esbuild.mjs'))) buildWasm();
  if (isOlder(ENTRY, 'src', WASM, at('package.json'), at('esbuild.mjs'))) await buildBundles();
}

async function bundleScript(file) {
  if (file === undefined) throw new Error('expected FILE.ts after run or script');
  await fresh();
  const script = at('build/dev', relative(root, resolve(file)).replace(/\.ts$/, '.mjs'));
  await bundle(resolve(file), script, { platform: 'node', packages: 'external', sourcemap: 'inline' });
  return script;
}

async function run(file, args) {
  const script = await bundleScript(file);
  const { status } = spawnSync(process.execPath, ['--enable-source-maps', script, ...args], { stdio: 'inherit' });
  process.exit(status ?? 1);
}

const [task = 'all', file, ...args] = process.argv.slice(2);
if (task === 'run') await run(file, args);
else if (task === 'script') await bundleScript(file);
else if (task === 'wasm') buildWasm();
else if (task === 'fresh') await fresh();
else if (task === 'package') {
  await fresh();
  if (isOlder(TYPES, 'src')) buildTypes();
} else if (task === 'all') {
  buildWasm();
  await buildBundles();
  buildTypes();
} else throw new Error(`unknown task '${task}': nothing, wasm, fresh, package, script FILE, or run FILE`);
