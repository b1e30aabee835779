import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './sources.js';

/** Where an artefact of build/ is imported from: workers run what was built, and so do the tests of them. */
export const built = (name: string): string => pathToFileURL(join(root, 'build', name)).href;
