import { describe, expect, it } from 'vitest';
import papers from '../../../package.json' with { type: 'json' };
import { matrix } from '../../../src/index.js';
import { callsOf, floatForm, type Form, MODULES } from '../../support/applicationCalls.js';

const CALLS = callsOf(MODULES);

const word = new Uint32Array(1);
const single = new Float32Array(word.buffer);

/** 0, or a number with eight bits or fewer between 2⁻¹⁴ and 2¹⁶: the upper half of its float32, for float16 with the exponent rebiased. */
function bitsOf(x: number, dtype: 'float16' | 'bfloat16'): number {
  single[0] = x;
  const bits = word[0] as number;
  if (dtype === 'bfloat16') return bits >>> 16;
  return x === 0 ? 0 : ((bits >>> 16) & 0x8000) | (((bits & 0x7fffffff) - 0x38000000) >>> 13);
}

function bitsForm(dtype: 'float16' | 'bfloat16'): Form {
  const data = (values: readonly number[]) => Uint16Array.from(values, (x) => bitsOf(x, dtype));
  return {
    vector: (...values) => ({ data: data(values), dtype }) as unknown as Float64Array,
    rows: (cols, ...values) => matrix(data(values), values.length / cols, cols, { dtype }),
    tensor: (dims, ...values) => ({ data: data(values), dims, type: dtype }),
  };
}

/** What of each sub-path takes no rows; a sub-path by itself takes none at all, or numbers whose own checks refuse others. */
const OTHERS: Readonly<Record<string, readonly string[]>> = {
  'active-learning': ['betaBinomialGain', 'linearGaussianGain'],
  audit: ['CONVENTIONS', 'READINGS'],
  drift: ['DriftMonitor', 'driftThresholds', 'fitBaseline'],
  fairness: ['intersections'],
  kld: ['LEAST_TOKENS', 'TOKEN_COLUMNS', 'compatibleText', 'decodeRow', 'layOut', 'parseBaseLogits'],
  ood: ['SIDES', 'SCORES', 'farthest', 'needsTemplates'],
  vae: ['cyclicalSchedule', 'linearSchedule', 'logisticSchedule'],
};
const WITHOUT_ROWS = ['approximation', 'detection', 'large-deviations', 'model-selection'];

/** Numbers, one after the other, and everything else as it is. */
function flattened(value: unknown, into: unknown[] = []): unknown[] {
  if (ArrayBuffer.isView(value)) into.push(...(value as Float64Array));
  else if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) flattened(part, into);
  else into.push(value);
  return into;
}

describe('bits of float16 and bfloat16 are read as the floats that they are', () => {
  it('in every public function that takes rows', async () => {
    const names = Object.entries(papers.exports).flatMap(([path, target]) =>
      typeof target === 'object' && target.types.includes('/applications/') ? [path.slice(2)] : [],
    );
    const taken = await Promise.all(
      names.map(async (name) => {
        if (WITHOUT_ROWS.includes(name)) return [];
        const module = (await import(/* @vite-ignore */ `surprisal/${name}`)) as object;
        return Object.keys(module).flatMap((own) => (OTHERS[name]?.includes(own) ? [] : [`${name} ${own}`]));
      }),
    );
    const called = Object.keys(CALLS).map((call) => call.split(' ', 2).join(' '));
    expect([...new Set(called)].sort()).toEqual(taken.flat().sort());
  });

  it.each(Object.entries(CALLS))('%s', (name, call) => {
    const [half, brain, f32] = [bitsForm('float16'), bitsForm('bfloat16'), floatForm(Float32Array)].map(call);
    expect(half).toEqual(f32);
    expect(brain).toEqual(f32);
    if (name.startsWith('audit')) return; // it tells what tools lose in float32
    // The same to kernels' f32 accuracy, with a factor for the condition of what is made of their answers: bits misread as whole numbers are off by a thousand.
    const [narrow, wide] = [flattened(half), flattened(call(floatForm(Float64Array)))];
    expect(narrow.length).toBe(wide.length);
    for (const [i, x] of narrow.entries()) {
      const y = wide[i];
      if (typeof x === 'number' && typeof y === 'number' && Number.isFinite(y))
        expect(Math.abs(x - y)).toBeLessThanOrEqual(2 ** -14 * Math.max(1, Math.abs(y)));
    }
  });
});
