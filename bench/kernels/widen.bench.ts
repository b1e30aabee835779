/** Narrow inputs: KL rows of them beside KL rows of the same kind of numbers in arrays of the kernel's own dtype. */
import { createCore, klDivergence, matrix } from 'surprisal';
import { bfloat16, float16 } from '../../src/rows/narrow.js';
import type { BitsDtype, Floats, NumericArray } from '../../src/types.js';
import * as exact from '../../test/oracle/discrete.js';
import { toNumber } from '../../test/oracle/fixed.js';
import type { Case, Contender, Data, Shape } from '../case.js';
import { filled, probabilities } from '../data.js';

/** What a contender hands over, and what its entries stand for. */
interface Form {
  readonly name: string;
  readonly encode: (data: Floats) => NumericArray;
  readonly decode: (entry: number) => number;
  readonly dtype?: BitsDtype;
  /** How many times as long as arrays of the kernel's dtype it may take; float16 has ten operations for four entries. */
  readonly atMost: number;
}

const itself = (entry: number) => entry;
const words = (data: Floats) => new Uint32Array(Float32Array.from(data).buffer);
/** Cut off, not rounded; from 2⁻¹⁴ on. */
const FLOAT16: Form = {
  name: 'float16',
  encode: (data) => Uint16Array.from(words(data), (word) => (word >>> 13) - (112 << 10)),
  decode: float16,
  dtype: 'float16',
  atMost: 1.25,
};
const BFLOAT16: Form = {
  name: 'bfloat16',
  encode: (data) => Uint16Array.from(words(data), (word) => word >>> 16),
  decode: bfloat16,
  dtype: 'bfloat16',
  atMost: 1.1,
};
const AS_IS: Form = { name: 'as it is', encode: (data) => data, decode: itself, atMost: 1 };
const form = (Kind: { readonly name: string; from(data: ArrayLike<number>): NumericArray }): Form => ({
  name: Kind.name.replace('Array', ''),
  encode: (data) => Kind.from(data),
  decode: itself,
  atMost: 1.1,
});

/** The module over the case's data as a form holds them. */
function contenderOf({ name, encode, decode, dtype }: Form, data: Case['data']): Contender {
  const held = (input: Floats) => {
    const entries = encode(input);
    return input.map((_, i) => decode(entries[i] as number));
  };
  return {
    name,
    data: (rng, shape): Data => {
      const { p, q } = data(rng, shape) as { p: Floats; q: Floats };
      return { p: held(p), q: held(q) };
    },
    prepare: ({ p, q }, { rows, cols }) => {
      const toMatrix = (input: Floats) => matrix(encode(input), rows, cols, { dtype });
      const [P, Q] = [toMatrix(p as Floats), toMatrix(q as Floats)];
      const options = { core: createCore({ backend: 'wasm' }), out: new Float64Array(rows) };
      return () => klDivergence(P, Q, options);
    },
    exact: ({ p, q }) => [toNumber(exact.kl(p as Floats, q as Floats))],
  };
}

function caseOf(name: string, dtype: Shape['dtype'], data: Case['data'], forms: readonly Form[]): Case {
  const shape: Shape = { rows: 65536, cols: 128, dtype };
  return {
    name: `${name} ${dtype} ${shape.rows}×${shape.cols}`,
    ...shape,
    data,
    contenders: [AS_IS, ...forms].map((each) => contenderOf(each, data)),
    targets: forms.map(({ name: of, atMost }) => ({ of, over: AS_IS.name, atMost })),
  };
}

const counts: Case['data'] = (rng, shape) => {
  const draw = () => 1 + rng.below(255);
  return filled(shape, { p: draw, q: draw });
};

export const cases: readonly Case[] = [
  caseOf('KL rows, narrow floats,', 'f32', probabilities, [FLOAT16, BFLOAT16]),
  caseOf('KL rows, counts,', 'f64', counts, [Uint8Array, Uint16Array, Int16Array, Uint32Array, Int32Array].map(form)),
];
