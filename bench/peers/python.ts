/** Contenders in Python: the parent writes the inputs' bytes, python.py answers line by line. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createRng } from '../../test/support/rng.js';
import { type Case, type Child, SAMPLE_ROWS } from '../case.js';
import { dimsOf } from './arrays.js';
import { FORMULAS } from './formulas.js';

/** Debian's own interpreter, whose packages these are. */
const PYTHON = '/usr/bin/python3';
const SCRIPT = 'bench/peers/python.py';

/** As many as the library beside it has: PyTorch takes every processor by itself, or one, as it was built. */
const ONE_THREAD = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };

export function hasPython(...packages: readonly string[]): boolean {
  return spawnSync(PYTHON, ['-c', `import ${packages.join(', ')}`], { stdio: 'ignore' }).status === 0;
}

/** As PyTorch's constructors are unless they are told otherwise, they check their parameters: 'torch-checked'. */
export type Library = 'numpy' | 'torch' | 'torch-checked';

export async function startPython(library: Library, workload: string, test: Case, seed: number): Promise<Child> {
  const folder = mkdtempSync(join(tmpdir(), 'surprisal-race-'));
  const data = test.data(createRng(seed), test);
  const inputs = Object.entries(data).map(([name, array]) => {
    writeFileSync(join(folder, `${name}.bin`), array);
    return { name, dtype: test.dtype === 'f64' ? 'float64' : 'float32', dims: dimsOf(workload, name, array.length, test) };
  });
  writeFileSync(join(folder, 'inputs.json'), JSON.stringify({ inputs, cols: test.cols }));
  const env = { ...process.env, ...ONE_THREAD };
  const python = spawn(PYTHON, [SCRIPT, library, workload, folder], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: python.stdout })[Symbol.asyncIterator]();
  const ask = async (question?: string): Promise<string> => {
    if (question !== undefined) python.stdin.write(`${question}\n`);
    const { value, done } = await lines.next();
    if (done === true) throw new Error(`${test.name}: ${library} ended without an answer`);
    return value as string;
  };
  await ask();
  rmSync(folder, { recursive: true });
  return {
    pass: async () => Number(await ask('pass')),
    results: async () => {
      const perRow = workload === 'W11' ? test.rows : FORMULAS[workload]?.by === undefined ? 1 : test.cols;
      return JSON.parse(await ask(`results ${SAMPLE_ROWS * perRow}`));
    },
    end: () => python.kill(),
  };
}
