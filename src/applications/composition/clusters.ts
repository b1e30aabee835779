/** Distances among samples, and an order that puts similar ones side by side. */
import { jensenShannonDistance, matrix } from '../../index.js';

export interface DistanceMatrix {
  /** Jensen–Shannon distances, √nats: n × n, symmetric, 0 on the diagonal. */
  readonly distances: Float64Array;
  /** Leaves of the average-linkage tree from left to right. */
  readonly order: Int32Array;
  /** The tree: two clusters (samples 0 to n − 1, then merges n, n + 1 …) and the height at which they meet. */
  readonly merges: readonly { readonly a: number; readonly b: number; readonly height: number }[];
}

/** Distances of each pair of rows. */
export function distanceMatrixOf(rows: readonly Float64Array[]): DistanceMatrix {
  const n = rows.length;
  const cols = (rows[0] as Float64Array).length;
  const distances = new Float64Array(n * n);
  for (const [i, row] of rows.entries()) {
    const rest = rows.slice(i + 1);
    if (rest.length === 0) break;
    const data = new Float64Array(rest.length * cols);
    for (const [j, other] of rest.entries()) data.set(other, j * cols);
    for (const [j, distance] of jensenShannonDistance(matrix(data, rest.length, cols), row).entries()) {
      distances[i * n + i + 1 + j] = distance;
      distances[(i + 1 + j) * n + i] = distance;
    }
  }
  return { distances, ...averageLinkage(distances, n) };
}

/** A cluster: its number in the tree, and its leaves in their order. */
interface Cluster {
  readonly id: number;
  readonly leaves: readonly number[];
}

/** Source R. R. Sokal, C. D. Michener, Univ. Kans. Sci. Bull. 38 (1958). */
function averageLinkage(distances: Float64Array, n: number): Pick<DistanceMatrix, 'order' | 'merges'> {
  const between = (a: Cluster, b: Cluster) => {
    let total = 0;
    for (const i of a.leaves) for (const j of b.leaves) total += distances[i * n + j] as number;
    return total / (a.leaves.length * b.leaves.length);
  };
  const clusters: Cluster[] = Array.from({ length: n }, (_, id) => ({ id, leaves: [id] }));
  const gaps = Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_value, j) => distances[i * n + j] as number));
  const merges: { a: number; b: number; height: number }[] = [];
  while (clusters.length > 1) {
    let [x, y, height] = [0, 1, Infinity];
    for (let i = 0; i < clusters.length; i++)
      for (let j = i + 1; j < clusters.length; j++) if ((gaps[i]?.[j] as number) < height) [x, y, height] = [i, j, gaps[i]?.[j] as number];
    const [a, b] = [clusters[x] as Cluster, clusters[y] as Cluster];
    merges.push({ a: a.id, b: b.id, height });
    const merged = { id: n + merges.length - 1, leaves: joined(a.leaves, b.leaves, distances, n) };
    for (const list of [clusters, gaps, ...gaps] as unknown[][]) {
      list.splice(y, 1);
      list.splice(x, 1);
    }
    const fresh = clusters.map((cluster) => between(cluster, merged));
    for (const [i, gap] of fresh.entries()) gaps[i]?.push(gap);
    clusters.push(merged);
    gaps.push([...fresh, 0]);
  }
  return { order: Int32Array.from(clusters[0]?.leaves ?? []), merges };
}

/** Leaves of two clusters, each turned so that the nearest of their ends meet. */
function joined(a: readonly number[], b: readonly number[], distances: Float64Array, n: number): number[] {
  const turned = (leaves: readonly number[]) => [leaves, [...leaves].reverse()];
  let best: number[] = [];
  let least = Infinity;
  for (const left of turned(a)) {
    for (const right of turned(b)) {
      const gap = distances[(left.at(-1) as number) * n + (right[0] as number)] as number;
      if (gap < least) [least, best] = [gap, [...left, ...right]];
    }
  }
  return best;
}
