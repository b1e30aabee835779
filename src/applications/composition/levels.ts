/** A divergence by levels of a taxonomy: what the coarse groups say, and what each finer level adds (the chain rule). */
import type { Measure } from './measures.js';

export interface Level {
  /** From 1, the coarsest. */
  readonly level: number;
  /** Groups at this level. */
  readonly groups: number;
  /** The divergence when columns of a group are added up, in nats. */
  readonly divergence: number;
  /** What this level adds to the one above: the mean, over groups, of the divergence within them. */
  readonly added: number;
}

/**
 * Divergences of two compositions at each level of their columns' paths. They never fall, and the last is that of the columns themselves.
 *
 * @param paths of the columns: 'Bacteria;Firmicutes;Clostridia'; a shorter one stands for itself further down
 */
export function levelsOf(x: Float64Array, y: Float64Array, paths: readonly string[], separator: string, measure: Measure): Level[] {
  const parts = paths.map((path) => path.split(separator).map((part) => part.trim()));
  const deepest = parts.reduce((most, path) => Math.max(most, path.length), 0);
  const levels: Level[] = [];
  for (let level = 1; level <= deepest; level++) {
    const [p, q] = [new Map<string, number>(), new Map<string, number>()];
    for (const [i, path] of parts.entries()) {
      const key = path.slice(0, level).join('\0');
      p.set(key, (p.get(key) ?? 0) + (x[i] as number));
      q.set(key, (q.get(key) ?? 0) + (y[i] as number));
    }
    const divergence = measure.single(Float64Array.from(p.values()), Float64Array.from(q.values()));
    const before = levels.at(-1)?.divergence ?? 0;
    levels.push({ level, groups: p.size, divergence, added: divergence === before ? 0 : Math.max(0, divergence - before) });
  }
  return levels;
}
