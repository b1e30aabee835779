/** Runs the sections of a reference folder on one backend after the other. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BackendName } from '../../src/types.js';
import { runApplications, skipApplications } from './applications.js';
import { runDiscrete, skipDiscrete } from './discrete.js';
import { runFamilies, skipFamilies } from './families.js';
import { runGaussian, skipGaussian } from './gaussian.js';
import { runKld } from './kld.js';
import { runLogits, skipLogits } from './logits.js';
import { runReal, skipReal } from './real.js';
import { type Library, type Run, readJson, type VectorFile } from './reference.js';
import { createReport, type Report } from './report.js';

interface Section {
  readonly run: (run: Run, file: VectorFile) => void;
  readonly skip: (report: Report, file: VectorFile) => void;
}

const SECTIONS: Readonly<Record<string, Section>> = {
  discrete: { run: runDiscrete, skip: skipDiscrete },
  logits: { run: runLogits, skip: skipLogits },
  families: { run: runFamilies, skip: skipFamilies },
  cross_families: { run: runFamilies, skip: skipFamilies },
  gaussian: { run: runGaussian, skip: skipGaussian },
  applications: { run: runApplications, skip: skipApplications },
};

/** True where the folder is laid out as the reference is. */
export function isReference(folder: string): boolean {
  return existsSync(join(folder, 'vectors')) || existsSync(join(folder, 'real', 'manifest.json'));
}

/** Every case of every file that the library can answer, on each backend. */
export function runFolder(library: Library, folder: string, backends: readonly BackendName[]): Report {
  const report = createReport();
  const vectors = join(folder, 'vectors');
  const files = existsSync(vectors) ? readdirSync(vectors).filter((name) => name.endsWith('.json')) : [];
  for (const name of files.sort()) runFile(library, readJson<VectorFile>(join(vectors, name)), name.slice(0, -5), backends, report);
  const real = join(folder, 'real');
  if (existsSync(join(real, 'manifest.json'))) {
    for (const backend of backends) runReal({ library, backend, report, core: library.createCore({ backend }) }, real);
    skipReal(report, real);
  }
  const kld = join(folder, 'kld');
  if (existsSync(kld)) for (const backend of backends) runKld({ library, backend, report, core: library.createCore({ backend }) }, kld);
  return report;
}

/** One vector file, or one of its shape, under the name of its section. */
export function runFile(library: Library, file: VectorFile, name: string, backends: readonly BackendName[], report: Report): void {
  const section = SECTIONS[name];
  if (section === undefined) {
    report.skip(name, 'whole file', 'not in the library yet', file.cases.length);
    return;
  }
  for (const backend of backends) section.run({ library, backend, report, core: library.createCore({ backend }) }, file);
  section.skip(report, file);
}
