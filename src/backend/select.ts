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

export interface Selected extends BackendInfo {
  readonly backend: Backend;
}

interface Candidate {
  readonly name: BackendName;
  /** Why it runs well here, for `backend()`. */
  readonly why: string;
  /** Throws, with the reason, where it cannot run. `isAsked`: by name. */
  create(memory: CoreMemory | undefined, isAsked: boolean): Backend;
}

/** Fastest first. */
const CANDIDATES: readonly Candidate[] = [
  {
    name: 'wasm',
    why: 'this runtime has WebAssembly SIMD',
    create(memory, isAsked) {
      const reason = whyNot();
      if (reason !== undefined) throw new Error(reason);
      const start = () => createWasmBackend({ twins: jsBackend, memory });
      return isAsked || memory !== undefined ? start() : createLateBackend(jsBackend, start);
    },
  },
  { name: 'js', why: 'JavaScript runs everywhere', create: () => jsBackend },
];

/** Takes the first backend that runs; a forced one runs or throws. */
export function selectBackend(wanted: BackendChoice = 'auto', memory?: CoreMemory): Selected {
  if (wanted === 'auto') return automatic(memory);
  const candidate = CANDIDATES.find(({ name }) => name === wanted);
  if (candidate === undefined) {
    throw optionError('backend', wanted, ['auto', ...CANDIDATES.map(({ name }) => name)].map((name) => `'${name}'`).join(', '));
  }
  try {
    return { name: candidate.name, why: 'it was asked for', backend: candidate.create(memory, true) };
  } catch (error) {
    const expected = "leave { backend } out, or ask for 'js': the answers have the same bits";
    const message = `backend "${wanted}" cannot run here: ${reasonOf(error)}. ${expected}`;
    throw new SurprisalError('ERR_BACKEND', message, { argument: 'backend', value: wanted, expected });
  }
}

function automatic(memory: CoreMemory | undefined): Selected {
  const refused: string[] = [];
  for (const { name, why, create } of CANDIDATES) {
    try {
      return { name, why: refused.length === 0 ? why : refused.join('; '), backend: create(memory, false) };
    } catch (error) {
      refused.push(`no ${name}: ${reasonOf(error)}`);
    }
  }
  throw new SurprisalError('ERR_BACKEND', `no backend can run here: ${refused.join('; ')}`);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
