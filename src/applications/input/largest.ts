import type { Floats } from '../../index.js';

/** Indices of the `k` largest of the entries from `at` to `end`, counted from `at`, largest first; of equal entries the first. */
export function largestPlaces(values: Floats, at: number, end: number, k: number): number[] {
  const places: number[] = [];
  const filled = Math.min(at + k, end);
  for (let i = at; i < filled; i++) insert(places, values, at, i);
  if (filled === end) return places;
  // Few entries are above the least of those found: the loop that passes over the others is one comparison long.
  let least = values[at + (places[k - 1] as number)] as number;
  for (let i = filled; i < end; i++) {
    if (!((values[i] as number) > least)) continue;
    insert(places, values, at, i);
    places.pop();
    least = values[at + (places[k - 1] as number)] as number;
  }
  return places;
}

function insert(places: number[], values: Floats, at: number, i: number): void {
  let to = places.length;
  while (to > 0 && (values[at + (places[to - 1] as number)] as number) < (values[i] as number)) to--;
  places.splice(to, 0, i - at);
}
