/** What people use today, as contenders of the bench's workloads W1 to W14 and of pairs of named distributions. */
import type { Case, Contender, Data, Pass, Shape } from '../case.js';
import { onTwoThreads } from '../pool.js';
import { FORMULAS } from './formulas.js';
import { passOfJax } from './jax.js';
import { has, load, loadModule } from './load.js';
import { passOfMathjs, passOfMlDistance, passOfSimsimd, answersByRows } from './loops.js';
import { passOf } from './onnx.js';
import { hasPython, type Library, startPython } from './python.js';
import { passOfTfjs } from './tfjs.js';

interface Peer {
  readonly name: string;
  /** Where it runs: with Node's addons alone, in a browser too, in Python. */
  readonly runs: 'node' | 'browser' | 'python';
  readonly isThere: () => boolean;
  readonly needs: string;
  readonly answers: (workload: string, shape: Shape) => boolean;
  readonly prepare?: (workload: string, data: Data, shape: Shape) => Pass | Promise<Pass>;
  readonly start?: (workload: string, test: Case, seed: number) => ReturnType<NonNullable<Contender['start']>>;
}

const INSTALL = 'npm ci --prefix bench/peers';

/** Asks once: an interpreter that imports its packages takes seconds. */
function once(ask: () => boolean): () => boolean {
  let answer: boolean | undefined;
  return () => {
    answer ??= ask();
    return answer;
  };
}

const hasFormula = (workload: string) => FORMULAS[workload] !== undefined;
/** onnxruntime's packages for JavaScript do not differentiate. */
const hasPlainFormula = (workload: string) => hasFormula(workload) && FORMULAS[workload]?.by === undefined;
const packages = (...names: readonly string[]) => ({ isThere: once(() => names.every(has)), needs: INSTALL });

const onnxNode = (name: string, threads: number): Peer => ({
  name,
  runs: 'node',
  ...packages('onnxruntime-node', 'onnx-proto'),
  answers: hasPlainFormula,
  prepare: (...of) => passOf(load('onnxruntime-node'), ...of, { intraOpNumThreads: threads, interOpNumThreads: 1 }),
});

const tfjs = (backend: 'wasm' | 'cpu'): Peer => ({
  name: `tfjs ${backend}`,
  runs: 'browser',
  ...packages('@tensorflow/tfjs-core', '@tensorflow/tfjs-layers', `@tensorflow/tfjs-backend-${backend}`),
  // Without its module, gradients take a quarter of a minute a pass.
  answers: (workload, { dtype }) => dtype === 'f32' && (backend === 'wasm' ? hasFormula : hasPlainFormula)(workload),
  prepare: (...of) => passOfTfjs(backend, ...of),
});

/** Of pairs of named distributions, NumPy and SciPy have no divergence; of nothing else, what checks its parameters is asked. */
const PYTHON: Readonly<Record<Library, { readonly name: string; readonly answers: (workload: string) => boolean }>> = {
  numpy: { name: 'NumPy, SciPy', answers: (workload) => !workload.startsWith('pairs') },
  torch: { name: 'PyTorch', answers: () => true },
  'torch-checked': { name: 'PyTorch, checked', answers: (workload) => workload.startsWith('pairs') },
};

const python = (library: Library, ...modules: readonly string[]): Peer => ({
  ...PYTHON[library],
  runs: 'python',
  isThere: once(() => hasPython(...modules)),
  needs: `Debian's python3-${modules[0]}`,
  start: (workload, test, seed) => startPython(library, workload, test, seed),
});

/** Beside it stand the library's two threads. */
const ON_TWO = 'onnxruntime-node, 2 threads';

export const PEERS: readonly Peer[] = [
  onnxNode('onnxruntime-node', 1),
  onnxNode(ON_TWO, 2),
  {
    name: 'onnxruntime-web',
    runs: 'browser',
    ...packages('onnxruntime-web', 'onnx-proto'),
    answers: hasPlainFormula,
    prepare: async (...of) => passOf(await loadModule('onnxruntime-web'), ...of, { executionProviders: ['wasm'] }),
  },
  {
    name: 'jax-js',
    runs: 'browser',
    ...packages('@jax-js/jax'),
    // Its f64 arrays want an engine with Float16Array.
    answers: (workload, { dtype }) => hasFormula(workload) && (dtype === 'f32' || 'Float16Array' in globalThis),
    prepare: passOfJax,
  },
  tfjs('wasm'),
  tfjs('cpu'),
  { name: 'simsimd', runs: 'node', ...packages('simsimd'), answers: answersByRows, prepare: passOfSimsimd },
  { name: 'ml-distance', runs: 'browser', ...packages('ml-distance'), answers: answersByRows, prepare: passOfMlDistance },
  { name: 'mathjs', runs: 'browser', ...packages('mathjs'), answers: (workload) => workload === 'W1', prepare: passOfMathjs },
  python('numpy', 'numpy', 'scipy'),
  python('torch', 'torch', 'scipy'),
  python('torch-checked', 'torch', 'scipy'),
];

/** The workload that a case is, by the first word of its name (W3 is W3f32 or W3f64) or by its own word. */
export function workloadOfCase({ name, dtype, workload }: Case): string | undefined {
  const label = workload ?? /^W\d+\w*/.exec(name)?.[0];
  return label !== undefined && ['W3', 'W4', 'W8', 'W9'].includes(label) ? `${label}${dtype}` : label;
}

/** The peers that are there and have an answer to the case, all or some by name. Rows are as given to them, as to the plain loop. */
function peersOf(test: Case, names: readonly string[]): Contender[] {
  const workload = workloadOfCase(test);
  const plain = test.contenders[0];
  if (workload === undefined || plain === undefined) return [];
  const wanted = PEERS.filter(({ name, answers, isThere }) => names.includes(name) && answers(workload, test) && isThere());
  return wanted.map(({ name, prepare, start }) => ({
    name,
    prepare: (data, shape) => {
      if (prepare === undefined) throw new Error(`${name} runs in a process that is none of Node's`);
      return prepare(workload, data, shape);
    },
    exact: plain.exact,
    ...(start !== undefined && { start: (of: Case, seed: number) => start(workload, of, seed) }),
  }));
}

export function withPeers(test: Case, names: readonly string[] = PEERS.map(({ name }) => name)): Case {
  const onThreads = test.onThreads === undefined ? [] : onTwoThreads(test.onThreads);
  const ahead = onThreads.map(({ name: of }) => ({ of, over: ON_TWO, atLeast: 1.2 }));
  return { ...test, contenders: [...test.contenders, ...onThreads, ...peersOf(test, names)], targets: [...test.targets, ...ahead] };
}

/** What is missing here, and what to install. */
export function missingPeers(): string[] {
  return PEERS.filter(({ isThere }) => !isThere()).map(({ name, needs }) => `${name} (${needs})`);
}
