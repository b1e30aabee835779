/** `npm run conformance -- DIR [--backend wasm|js]`: exit 0 when every check passed, 1 on a failure, 2 on a wrong call. */
import { parseArgs } from 'node:util';
import * as library from '../../src/index.js';
import type { BackendName } from '../../src/types.js';
import { isReference, runFolder } from './sections.js';

const USAGE = 'usage: npm run conformance -- DIR [--backend wasm|js]\nDIR holds vectors/*.json and real/manifest.json';

function main(): number {
  let folder: string | undefined;
  let backends: readonly BackendName[] = ['wasm', 'js'];
  try {
    const { values, positionals } = parseArgs({ allowPositionals: true, options: { backend: { type: 'string' } } });
    folder = positionals[0];
    if (values.backend === 'wasm' || values.backend === 'js') backends = [values.backend];
    else if (values.backend !== undefined) throw new Error(`unknown backend ${values.backend}`);
    if (folder === undefined || positionals.length > 1) throw new Error('one folder is expected');
    if (!isReference(folder)) throw new Error(`${folder} is not a reference folder`);
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    return 2;
  }
  const report = runFolder(library, folder, backends);
  report.print((line) => console.log(line));
  return report.totals().failed > 0 ? 1 : 0;
}

process.exitCode = main();
