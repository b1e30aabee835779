import { spawnSync } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * A module of this folder, bundled with all that it imports. The test runner reaches every import through a getter, in the inner loops of twins too: a
 * sweep takes twice as long there as in a bundle.
 */
export async function bundled<T>(name: string): Promise<T> {
  const { status, stderr } = spawnSync(process.execPath, ['esbuild.mjs', 'script', `test/support/${name}.ts`], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`test/support/${name}.ts cannot be bundled: ${stderr}`);
  return import(/* @vite-ignore */ pathToFileURL(`${root}build/dev/test/support/${name}.mjs`).href) as Promise<T>;
}
