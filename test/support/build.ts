import { spawnSync } from 'node:child_process';

/** Tests never see a build older than its sources: what cannot be built is removed, and only the tests that need it fail. */
export default function setup(): void {
  spawnSync(process.execPath, ['esbuild.mjs', 'fresh'], { stdio: 'inherit' });
}
