import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../support/sources.js';
import { withTables } from './table.js';

it('the tables of docs/families.md are those of the registries', () => {
  const page = readFileSync(join(root, 'docs/families.md'), 'utf8');
  expect(withTables(page)).toBe(page);
});
