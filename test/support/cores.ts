import { type Core, createCore } from '../../src/index.js';

/** Every backend, forced, and the automatic choice between them. */
export const CORES: readonly (readonly [name: string, core: Core])[] = [
  ['wasm', createCore({ backend: 'wasm' })],
  ['js', createCore({ backend: 'js' })],
  ['auto', createCore()],
];
