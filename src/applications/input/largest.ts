import type { Floats } from '../../index.js';

/** Indices of the `k` largest of the entries from `at` to `end`, counted from `at`, largest first; of equal entries the first. */
export function largestPlaces(values: Floats, at: number, end: number, k: number): number[] {
  const places: number[] = [];
  let least = -Infinity;
  for (let i = at; i < end; i++) {
    const value = values[i] as number;
    if (value <= least && places.length === k) continue;
    let to = places.length;
    while (to > 0 && (values[at + (places[to - 1] as number)] as number) < value) to--;
    places.splice(to, 0, i - at);
    if (places.length > k) places.pop();
    if (places.length === k) least = values[at + (places[k - 1] as number)] as number;
  }
  return places;
}
