/** The default core of every test file runs on the module from its first call on, as that of a program does after its first entries: values are then the module's. */
import { klDivergence } from '../../src/index.js';

const entries = new Float64Array(2 ** 15).fill(1);
klDivergence(entries, entries);
