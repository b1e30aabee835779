import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from './sources.js';

const PEERS = join(root, 'test/peers');

/** Whether the packages of test/peers are installed: npm ci --prefix test/peers. */
export function hasPeer(name: string): boolean {
  return existsSync(join(PEERS, 'node_modules', name));
}

/** One of them. */
export function requirePeer<Module>(name: string): Module {
  return createRequire(join(PEERS, 'package.json'))(name) as Module;
}
