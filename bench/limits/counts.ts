/**
 * What the module executes in a call: every operation is counted while it runs, so that what a row costs beside its entries is in it, and nobody has to say which
 * loops a workload takes. The module's text gets a counter at the head of each run of statements, and the library is given that module in the place of its own.
 */
import binaryen from 'binaryen';

/** How often each operation is executed, by its name. Those on integers and addresses are left out: they have ports of their own. */
export type Operations = ReadonlyMap<string, number>;

/** A function, or a loop: how often it is entered, and what it executes outside its own loops. */
interface Place {
  readonly entries: number;
  readonly operations: Operations;
  readonly loops: readonly Place[];
}

/** A core looks a few hundred operations ahead: what takes more than these at a time does not overlap with what comes before and after. */
const WINDOW = 1024;

/** What is executed in portions that do not overlap, and the rest, which may. */
export interface Portions {
  readonly apart: readonly Operations[];
  readonly rest: Operations;
}

export function together(all: readonly Operations[]): Operations {
  const sum = new Map<string, number>();
  for (const operations of all) for (const [name, times] of operations) sum.set(name, (sum.get(name) ?? 0) + times);
  return sum;
}

/** Of a place and the loops in it. */
function portionsOf({ entries, operations, loops }: Place): Portions {
  const inner = loops.map(portionsOf);
  const own = together([operations, ...inner.map(({ rest }) => rest)]);
  const apart = inner.flatMap((loop) => loop.apart);
  const size = [...own.values()].reduce((sum, times) => sum + times, 0);
  return size > WINDOW * entries ? { apart: [...apart, own], rest: new Map() } : { apart, rest: own };
}

/** An expression of the module's text, which has one on each line, or the first line of one and its parts on the next. */
interface Expression {
  readonly head: string;
  readonly parts: Expression[];
}

/** The same place, with the numbers of its counters. */
interface Counted {
  readonly entered: number;
  readonly counters: number[];
  readonly loops: Counted[];
}

const OPERATION = /^\(((?:[fi]\d+x\d+|[fv]\d+)\.\w+)/;
const HOLDS_STATEMENTS = /^\((func|loop|block|then|else)\b/;
const DECLARES = /^\((local|param|result|type) /;
const BRANCHES = /^\((br\w*|return|unreachable)\b/;

/** Whether a line holds all of its expression. */
function isWhole(line: string): boolean {
  const bare = line.replace(/"(?:[^"\\]|\\.)*"/g, '');
  return bare.split('(').length === bare.split(')').length;
}

function expressionOf(text: string): Expression {
  const open: Expression[] = [{ head: '', parts: [] }];
  for (const line of text.split('\n')) {
    const expression: Expression = { head: line.trim(), parts: [] };
    if (expression.head === ')') open.pop();
    else if (expression.head !== '') open.at(-1)?.parts.push(expression);
    if (expression.head.startsWith('(') && !isWhole(expression.head)) open.push(expression);
  }
  return open[0]?.parts[0] as Expression;
}

const mayBranch = ({ head, parts }: Expression): boolean => BRANCHES.test(head) || parts.some(mayBranch);

/** A module that counts, in the place of the one in `bytes`. */
export class CountingModule {
  readonly #functions: Counted[] = [];
  /** By counter: the operations that are executed as often as it counts. */
  readonly #operations: Map<string, number>[] = [];
  readonly #lines: string[] = ['(module'];
  readonly #replaced: number;
  readonly #bytes: Uint8Array<ArrayBuffer>;

  constructor(bytes: Uint8Array) {
    this.#replaced = bytes.byteLength;
    for (const part of expressionOf(binaryen.readBinary(bytes).emitText()).parts) this.#write(part);
    for (const at of this.#operations.keys()) this.#lines.push(`(global $count${at} (export "count${at}") (mut f64) (f64.const 0))`);
    const module = binaryen.parseText([...this.#lines, ')'].join('\n'));
    module.setFeatures(binaryen.Features.All);
    this.#bytes = Uint8Array.from(module.emitBinary());
  }

  #count({ counters }: Counted): number {
    const at = this.#operations.push(new Map()) - 1;
    counters.push(at);
    this.#lines.push(`(global.set $count${at} (f64.add (global.get $count${at}) (f64.const 1)))`);
    return at;
  }

  #write({ head, parts }: Expression, place?: Counted, counter?: number): void {
    this.#lines.push(head);
    const name = OPERATION.exec(head)?.[1];
    const known = this.#operations[counter ?? -1];
    if (name !== undefined) known?.set(name, (known.get(name) ?? 0) + 1);
    const kind = HOLDS_STATEMENTS.exec(head)?.[1];
    let here = place;
    if (kind === 'func' || kind === 'loop') {
      // A function is entered as often as its first statement.
      here = { entered: counter ?? this.#operations.length, counters: [], loops: [] };
      (place?.loops ?? this.#functions).push(here);
    }
    let current = kind === undefined ? counter : undefined;
    for (const part of parts) {
      if (kind !== undefined && here !== undefined && !DECLARES.test(part.head)) current ??= this.#count(here);
      this.#write(part, here, current);
      if (kind !== undefined && mayBranch(part)) current = undefined;
    }
    if (!isWhole(head)) this.#lines.push(')');
  }

  /** What the second pass executes (the first one has more to do) of those that `prepare` makes with a core of its own. */
  executed(prepare: () => () => unknown): Portions {
    const started = instead(this.#replaced, this.#bytes, () => {
      const pass = prepare();
      pass();
      return pass;
    });
    const counting = started.instances.filter(({ exports }) => 'count0' in exports);
    if (counting.length === 0) throw new Error('the library has started another module than build/surprisal.wasm');
    const countOf = (at: number): number =>
      counting.reduce((sum, { exports }) => sum + (exports[`count${at}`] as WebAssembly.Global).value, 0);
    const before = this.#operations.map((_, at) => countOf(at));
    started.result();
    const times = this.#operations.map((_, at) => countOf(at) - (before[at] as number));
    const placeOf = ({ entered, counters, loops }: Counted): Place => ({
      entries: times[entered] as number,
      operations: together(counters.map((at) => new Map([...(this.#operations[at] ?? [])].map(([name, each]) => [name, each * (times[at] as number)])))), // biome-ignore format: one line
      loops: loops.map(placeOf),
    });
    const each = this.#functions.map((place) => portionsOf(placeOf(place)));
    return { apart: each.flatMap(({ apart }) => apart), rest: together(each.map(({ rest }) => rest)) };
  }
}

/** Does `work` in a world where a module of `size` bytes is replaced, and says which modules it has started. */
function instead<T>(
  size: number,
  bytes: Uint8Array<ArrayBuffer>,
  work: () => T,
): { readonly result: T; readonly instances: readonly WebAssembly.Instance[] } {
  const { Module, Instance } = WebAssembly;
  const instances: WebAssembly.Instance[] = [];
  WebAssembly.Module = class extends Module {
    constructor(source: BufferSource) {
      super(source.byteLength === size ? bytes : source);
    }
  };
  WebAssembly.Instance = class extends Instance {
    constructor(module: WebAssembly.Module, imports?: WebAssembly.Imports) {
      super(module, imports);
      instances.push(this);
    }
  };
  try {
    return { result: work(), instances };
  } finally {
    Object.assign(WebAssembly, { Module, Instance });
  }
}
