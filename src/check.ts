/** Every check of arguments and every message about them, by theme. A valid call builds no string and is not read twice. */
export * from './check/entries.js';
export * from './check/gaussian.js';
export * from './check/kinds.js';
export * from './check/labels.js';
export * from './check/options.js';
export * from './check/shape.js';
export * from './check/sparse.js';
