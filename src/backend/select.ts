/**
 * Which implementation runs: an ordered list, tried once for each core. Bits are equal either way (law 2), so the choice is about speed alone.
 * Once the module runs (late.ts), short calls are not handed to the twins: copied in and out, a call of it takes about 0.14 µs, and twins of 4 entries as much
 * or more (bench/calls.bench.ts).
 */
import { optionError } from '../check.js';
import { SurprisalError } from '../error.js';
import type { BackendName } from '../types.js';
import type { Backend, SharedMemory } from './contract.js';
import { jsBackend } from './js/index.js';
import { createLateBackend } from './late.js';
import { createWasmBackend } from './wasm/index.js';
import { whyNot } from './wasm/probe.js';

/** What a core may be asked for. */
export type BackendChoice = 'auto' | BackendName;

/** A memory that threads share, made anew, or joined: what `core.share()` gave in another thread. */
export type CoreMemory = 'shared' | SharedMemory;

/** What runs, and why it was taken. */
export interface BackendInfo {
  readonly name: BackendName;
  readonly why: string;
}

/** A backend, and what to say of it: the module may turn out to be refused only when it is started. */
export interface Selected {
  backend: Backend;
  info: BackendInfo;
}

const NAMES: readonly BackendName[] = ['wasm', 'js'];

/** Makes the module's backend, at once or when it is worth it. Throws, with the reason, where it is known not to run here. */
function createWasm(memory: CoreMemory | undefined, starting: (start: () => Backend) => Backend): Backend {
  const reason = whyNot();
  if (reason !== undefined) throw new Error(reason);
  return starting(() => createWasmBackend({ twins: jsBackend, memory }));
}

/** Takes the first backend that runs; a forced one runs or throws. */
export function selectBackend(wanted: BackendChoice = 'auto', memory?: CoreMemory): Selected {
  if (wanted === 'auto') return automatic(memory);
  if (!NAMES.includes(wanted)) throw optionError('backend', wanted, "'auto', 'wasm' or 'js'");
  if (wanted === 'js' && memory !== undefined) throw optionError('memory', memory, "none beside backend 'js', whose arrays are not shared");
  const info = { name: wanted, why: 'it was asked for' };
  try {
    return { info, backend: wanted === 'js' ? jsBackend : createWasm(memory, (start) => start()) };
  } catch (error) {
    const expected = "leave { backend } out, or ask for 'js', of the same bits";
    const message = `backend "${wanted}" cannot run here: ${reasonOf(error)}. ${expected}`;
    throw new SurprisalError('ERR_BACKEND', message, { argument: 'backend', value: wanted, expected });
  }
}

/** The module, and the twins from where it is refused on: by a policy, or where no memory is left for it. */
function automatic(memory: CoreMemory | undefined): Selected {
  const selected: Selected = { info: { name: 'wasm', why: 'this runtime has WebAssembly SIMD' }, backend: jsBackend };
  const orTwins = (create: () => Backend): Backend => {
    try {
      return create();
    } catch (error) {
      selected.info = { name: 'js', why: `no wasm: ${reasonOf(error)}` };
      return jsBackend;
    }
  };
  const starting = (start: () => Backend) => (memory === undefined ? createLateBackend(jsBackend, () => orTwins(start)) : start());
  selected.backend = orTwins(() => createWasm(memory, starting));
  return selected;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
