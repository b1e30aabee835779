import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { readJson, type VectorFile } from '../conformance/reference.js';
import { createReport } from '../conformance/report.js';
import { runFile } from '../conformance/sections.js';
import * as library from '../../src/index.js';

it.each(['families', 'cross_families'])('law 1: cases of every regime of %s.json, against 460-digit answers', (section) => {
  const report = createReport();
  runFile(
    library,
    readJson<VectorFile>(fileURLToPath(new URL(`../fixtures/${section}.json`, import.meta.url))),
    section,
    ['wasm', 'js'],
    report,
  );
  expect(report.failures()).toEqual([]);
  expect(report.totals().passed).toBeGreaterThan(450);
});
