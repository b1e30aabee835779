import { spawnSync } from 'node:child_process';

/** A Python that has the module, if one is there. */
export function pythonWith(module: string): string | undefined {
  return ['python3', '/usr/bin/python3'].find((command) => spawnSync(command, ['-c', `import ${module}`]).status === 0);
}
