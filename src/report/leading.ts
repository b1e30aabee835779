interface Ranked<Item> {
  readonly rank: number;
  readonly item: Item;
}

/**
 * Keeps the items of the highest ranks of all that go by, in memory that does not grow with them beyond a bound. What comes is put in order only when as many
 * again have gathered, so that the work for each is that of sorting, however many are kept.
 */
export class Leading<Item> {
  /** What a rank must be above to be kept; what is not need not be made. */
  least: number;
  readonly #most: number;
  readonly #nameOf: ((item: Item) => unknown) | undefined;
  #ranked: Ranked<Item>[] = [];

  /**
   * @param most   how many to keep
   * @param nameOf of items of one name the one of the highest rank is kept
   */
  constructor(most: number, nameOf?: (item: Item) => unknown) {
    this.#most = most;
    this.#nameOf = nameOf;
    this.least = most === 0 ? Infinity : -Infinity;
  }

  add(rank: number, item: Item): void {
    if (!(rank > this.least)) return;
    this.#ranked.push({ rank, item });
    if (this.#ranked.length >= 2 * this.#most + 64) this.#cut();
  }

  /** Highest rank first; of equal ranks what came earlier. */
  ranked(): readonly Ranked<Item>[] {
    this.#cut();
    return this.#ranked;
  }

  items(): Item[] {
    return this.ranked().map(({ item }) => item);
  }

  #cut(): void {
    this.#ranked.sort((a, b) => (a.rank === b.rank ? 0 : b.rank - a.rank)); // Infinity − Infinity is NaN
    if (this.#nameOf !== undefined) this.#ranked = firstOfEach(this.#ranked, this.#nameOf);
    if (this.#ranked.length < this.#most) return;
    this.#ranked.length = this.#most;
    this.least = this.#ranked.at(-1)?.rank ?? Infinity;
  }
}

function firstOfEach<Item>(ranked: readonly Ranked<Item>[], nameOf: (item: Item) => unknown): Ranked<Item>[] {
  const seen = new Set<unknown>();
  return ranked.filter(({ item }) => {
    const name = nameOf(item);
    const isNew = !seen.has(name);
    seen.add(name);
    return isNew;
  });
}
