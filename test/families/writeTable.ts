import { readFileSync, writeFileSync } from 'node:fs';
import { withTables } from './table.js';

writeFileSync('docs/families.md', withTables(readFileSync('docs/families.md', 'utf8')));
