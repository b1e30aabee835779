/** The packages of bench/peers, which the main install does not have. */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(pathToFileURL(`${process.cwd()}/bench/peers/package.json`));

/** A package as CommonJS; what it exports is known to its adapter alone. */
// biome-ignore lint/suspicious/noExplicitAny: types of packages that may not be installed
export function load(name: string): any {
  return require(name);
}

/** A package that is an ES module alone. */
// biome-ignore lint/suspicious/noExplicitAny: types of packages that may not be installed
export async function loadModule(name: string): Promise<any> {
  return import(pathToFileURL(require.resolve(name)).href);
}

/** The file of a package that its exports do not name. */
export function resolved(name: string): string {
  return require.resolve(name);
}

export function has(name: string): boolean {
  try {
    require.resolve(name);
    return true;
  } catch {
    return false;
  }
}
