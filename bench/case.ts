/** What a benchmark case is made of. */
import { type Core, createCore, type ResidentMatrix } from 'surprisal';
import type { Dtype, Floats } from '../src/types.js';
import type { Rng } from '../test/support/rng.js';
import type { Pool } from 'surprisal/parallel';

/** Named arrays of a case, row-major; one that holds `cols` entries alone is a reference row. */
export type Data<Name extends string = string> = Readonly<Record<Name, Floats>>;

export interface Shape {
  readonly rows: number;
  readonly cols: number;
  readonly dtype: Dtype;
}

/** One pass over the data, which returns its results: this is what is timed. */
export type Pass = () => ArrayLike<number> | Promise<ArrayLike<number>>;

export interface Contender {
  readonly name: string;
  /** Prepares what is not timed. */
  readonly prepare: (data: Data, shape: Shape) => Pass | Promise<Pass>;
  /** The accurate answers that its results are held against: of one row, as many as it yields. */
  readonly exact: (row: Data) => readonly number[];
  /** Makes other data than the case's own. */
  readonly data?: Case['data'];
  /** Starts it in a process that is none of Node's; `prepare` is not called then. */
  readonly start?: (test: Case, seed: number) => Promise<Child>;
}

/** A contender in a process of its own, warm. */
export interface Child {
  /** Milliseconds of one pass. */
  pass(): Promise<number>;
  /** The results of the first rows. */
  results(): Promise<readonly number[]>;
  end(): void;
}

/** Rows whose results are held against accurate answers. */
export const SAMPLE_ROWS = 8;

/** A ratio of times, this contender's over another's. */
export interface Target {
  readonly of: string;
  readonly over: string;
  /** `over` takes at least so many times as long as `of`. */
  readonly atLeast?: number;
  /** `of` takes at most so many times as long as `over`. */
  readonly atMost?: number;
}

export interface Case extends Shape {
  readonly name: string;
  /** Which workload of the race it is, where its name does not say so. */
  readonly workload?: string;
  /** What an entry of the first input counts for in the time of an element: the rows that it meets. */
  readonly perEntry?: number;
  /** Errors are relative to a row's largest answer: of a gradient's entries some are nearly 0 by chance. */
  readonly errorsByRow?: true;
  /** Timed on the wall alone. */
  readonly isByWall?: boolean;
  /** Inputs that every row meets whole. */
  readonly whole?: readonly string[];
  /** The first `rows` rows of the case's data, the same for every count. */
  readonly data: (rng: Rng, shape: Shape) => Data;
  readonly contenders: readonly Contender[];
  /** What is asked of several threads, in the race alone. */
  readonly onThreads?: OnThreads;
  readonly targets: readonly Target[];
}

/** Names of the contenders that every case has. */
export const PLAIN = 'plain loop';
export const WASM = 'wasm';
export const TWIN = 'twin';
/** `klBatch` over parameters in arrays. */
export const BATCHED = 'klBatch';
/** The module over matrices in its own memory: nothing is copied in. */
export const RESIDENT = 'resident';

/** Of a quantity, what threads need. */
export type OnThreads = Pick<Quantity<string>, 'onPool' | 'exact'>;

/** One quantity in the plain loop that people write, and in the library. */
export interface Quantity<Name extends string> {
  readonly plain: (data: Data<Name>, shape: Shape) => Pass;
  /** `isFresh`: without `out`, where gradients are asked for. */
  readonly library: (data: Data<Name>, shape: Shape, core: Core, isFresh?: boolean) => Pass;
  /** The library over several threads. */
  readonly onPool?: (data: Data<Name>, shape: Shape, pool: Pool) => Pass;
  readonly exact: (row: Data<Name>) => readonly number[];
  /** Where the plain loop's definition differs (rows as given, not normalised), its own accurate answer. */
  readonly exactPlain?: (row: Data<Name>) => readonly number[];
}

/** The plain loop, and the library on each backend over ordinary typed arrays: copies in and out are part of what is timed. */
export function contendersOf<Name extends string>({ plain, library, exact, exactPlain }: Quantity<Name>): Contender[] {
  const onBackend =
    (backend: 'wasm' | 'js'): Contender['prepare'] =>
    (data, shape) =>
      library(data as Data<Name>, shape, createCore({ backend }));
  const answers = exact as Contender['exact'];
  return [
    { name: PLAIN, prepare: plain as Contender['prepare'], exact: (exactPlain as Contender['exact'] | undefined) ?? answers },
    { name: WASM, prepare: onBackend('wasm'), exact: answers },
    { name: TWIN, prepare: onBackend('js'), exact: answers },
  ];
}

/** A matrix lives as long as the view of it that a contender holds. */
const rooms = new WeakMap<Floats, ResidentMatrix>();

/** The same inputs in the memory of a core or a pool: views of it, of which none is detached by a later one's room. */
export function intoMemory(data: Data, owner: Pick<Core, 'allocate'>, dtype: Dtype): Data {
  const made = Object.entries(data).map(([name, array]) => [name, array, owner.allocate(1, array.length, dtype)] as const);
  return Object.fromEntries(
    made.map(([name, array, room]) => {
      const view = room.data;
      view.set(array);
      rooms.set(view, room);
      return [name, view];
    }),
  );
}

/** How much faster than the plain loop a workload has to be, copied in and resident. */
export function withResident<Name extends string>(
  quantity: Quantity<Name>,
  { copied, resident }: { copied: number; resident: number },
): Pick<Case, 'contenders' | 'targets'> {
  const contender: Contender = {
    name: RESIDENT,
    prepare: (data, shape) => {
      const core = createCore({ backend: 'wasm' });
      return quantity.library(intoMemory(data, core, shape.dtype) as Data<Name>, shape, core);
    },
    exact: quantity.exact as Contender['exact'],
  };
  const targets = [...againstPlain(copied), { of: RESIDENT, over: PLAIN, atLeast: resident }];
  return { contenders: [...contendersOf(quantity), contender], targets };
}

/** A value with gradients on each backend, into arrays that are given and into new ones, beside the value alone, which takes at least half as long as the first. */
function besideValue<Name extends string>(
  { library, exact }: Pick<Quantity<Name>, 'library' | 'exact'>,
  value: Quantity<Name>,
): Pick<Case, 'contenders' | 'targets'> {
  const alone = 'wasm, value alone';
  const own = contendersOf({ plain: () => () => [], library, exact }).filter(({ name }) => name !== PLAIN);
  const fresh: Contender = {
    name: 'wasm, fresh',
    prepare: (data, shape) => library(data as Data<Name>, shape, createCore({ backend: 'wasm' }), true),
    exact: exact as Contender['exact'],
  };
  const beside = contendersOf(value).filter(({ name }) => name === WASM);
  return {
    contenders: [...own, fresh, ...beside.map((contender) => ({ ...contender, name: alone }))],
    targets: [{ of: WASM, over: alone, atMost: 2 }],
  };
}

/** How much faster than the plain loop the module has to be, and how much faster or slower the twin. */
export function againstPlain(wasm?: number, twin?: Omit<Target, 'of' | 'over'>): Target[] {
  const targets: Target[] = [];
  if (wasm !== undefined) targets.push({ of: WASM, over: PLAIN, atLeast: wasm });
  if (twin !== undefined) targets.push({ of: TWIN, over: PLAIN, ...twin });
  return targets;
}

const named = (name: string, shape: Shape, data: Case['data']) => ({
  name: `${name} ${shape.dtype} ${shape.rows}×${shape.cols}`,
  ...shape,
  data,
});

/** A quantity of one shape, beside the plain loop. */
export function caseOf<Name extends string>(
  name: string,
  shape: Shape,
  quantity: Quantity<Name>,
  data: Case['data'],
  targets: readonly Target[] = [],
): Case {
  return { ...named(name, shape, data), contenders: contendersOf(quantity), onThreads: quantity as OnThreads, targets };
}

/** A gradient of one shape, beside its value. */
export function gradientCase<Name extends string>(
  name: string,
  shape: Shape,
  quantity: Pick<Quantity<Name>, 'library' | 'exact'>,
  value: Quantity<Name>,
  data: Case['data'],
): Case {
  return { ...named(`${name} gradient`, shape, data), ...besideValue(quantity, value) };
}

/** A workload of the race, with how much faster than the plain loop it has to be: copied in, and resident. */
export function workloadCase<Name extends string>(
  name: string,
  shape: Shape,
  quantity: Quantity<Name>,
  data: Case['data'],
  [copied, resident]: readonly [number, number],
  twin?: Omit<Target, 'of' | 'over'>,
): Case {
  const { contenders, targets } = withResident(quantity, { copied, resident });
  return {
    ...named(name, shape, data),
    contenders,
    onThreads: quantity as OnThreads,
    targets: [...targets, ...againstPlain(undefined, twin)],
  };
}
