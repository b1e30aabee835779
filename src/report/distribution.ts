/** Values in ascending order, each standing for `weights[i]` rows (for one, where there are no weights). */
export interface Sorted {
  readonly values: Float64Array;
  readonly weights?: Float64Array;
  readonly total: number;
}

/** Up to this many values (128 MB) are kept as they are; beyond it they are counted in buckets. */
const KEPT = 1 << 24;
/** A bucket is the sign, the exponent and the first 9 bits of the fraction: 2^-10 wide at most, to either side of its middle. */
const BUCKET_BITS = 21;

/**
 * Collects any number of finite values in bounded memory: exactly up to 2^24 of them, and beyond that as counts in logarithmic buckets,
 * whose middles are within 2^-10 of every value in them. Where many are kept at a time, `limit` and `bits` make each smaller: with b bits
 * middles are within 2^(11 − b).
 */
export class Distribution {
  readonly #limit: number;
  readonly #bits: number;
  #kept = new Float64Array(1024);
  #length = 0;
  #buckets: Float64Array | undefined;

  constructor(limit = KEPT, bits = BUCKET_BITS) {
    this.#limit = limit;
    this.#bits = bits;
  }

  /** False once values are counted in buckets. */
  get exact(): boolean {
    return this.#buckets === undefined;
  }

  add(value: number): void {
    if (this.#buckets !== undefined) {
      count(this.#buckets, value, this.#bits);
      return;
    }
    if (this.#length === this.#kept.length) this.#grow();
    if (this.#buckets === undefined) this.#kept[this.#length++] = value;
    else count(this.#buckets, value, this.#bits);
  }

  /** Takes in what another one of the same limit and bits has collected: the same as if its values had come here. */
  merge(other: Distribution): void {
    if (other.#buckets === undefined) {
      for (let i = 0; i < other.#length; i++) this.add(other.#kept[i] as number);
      return;
    }
    const buckets = this.#toBuckets();
    for (const [bucket, weight] of other.#buckets.entries()) buckets[bucket] = (buckets[bucket] as number) + weight;
  }

  #grow(): void {
    if (this.#length < this.#limit) {
      const wider = new Float64Array(Math.min(2 * this.#length, this.#limit));
      wider.set(this.#kept);
      this.#kept = wider;
      return;
    }
    this.#toBuckets();
  }

  #toBuckets(): Float64Array {
    if (this.#buckets !== undefined) return this.#buckets;
    const buckets = new Float64Array(2 ** this.#bits);
    for (let i = 0; i < this.#length; i++) count(buckets, this.#kept[i] as number, this.#bits);
    this.#buckets = buckets;
    this.#kept = new Float64Array(0);
    return buckets;
  }

  sorted(): Sorted {
    if (this.#buckets === undefined) return { values: this.#kept.slice(0, this.#length).sort(), total: this.#length };
    const values: number[] = [];
    const weights: number[] = [];
    let total = 0;
    for (const [bucket, weight] of this.#buckets.entries()) {
      if (weight === 0) continue;
      values.push(middle(bucket, this.#bits));
      weights.push(weight);
      total += weight;
    }
    return { values: Float64Array.from(values), weights: Float64Array.from(weights), total };
  }
}

const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);

/** Doubles order as their bits do, negative ones backwards: so the upper bits make an ordered bucket. */
function count(buckets: Float64Array, value: number, bits: number): void {
  float[0] = value;
  const high = words[1] as number;
  const bucket = (high & 0x80000000 ? ~high : high | 0x80000000) >>> (32 - bits);
  buckets[bucket] = (buckets[bucket] as number) + 1;
}

function middle(bucket: number, bits: number): number {
  if (bucket === 2 ** (bits - 1)) return 0; // +0, and subnormal numbers too small for any score to be told from it
  const shifted = (bucket << (32 - bits)) | (1 << (31 - bits));
  words[1] = shifted < 0 ? shifted & 0x7fffffff : ~shifted;
  words[0] = 0;
  return float[0] as number;
}

/**
 * The p-quantile, interpolated between the two nearest values (type 7 of Hyndman and Fan, the default of NumPy and R).
 *
 * @param p from 0 to 1
 */
export function quantile(sorted: Sorted, p: number): number {
  if (sorted.total === 0) return NaN;
  const at = p * (sorted.total - 1);
  const below = valueAt(sorted, Math.floor(at));
  const fraction = at - Math.floor(at);
  return fraction === 0 ? below : below + fraction * (valueAt(sorted, Math.ceil(at)) - below);
}

/** The value of rank `rank`, from 0. */
function valueAt({ values, weights }: Sorted, rank: number): number {
  if (weights === undefined) return values[rank] as number;
  let passed = 0;
  for (const [i, weight] of weights.entries()) {
    passed += weight;
    if (passed > rank) return values[i] as number;
  }
  return NaN;
}
