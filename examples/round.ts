// A model's outputs after its numbers were stored in fewer bits.

/** Rounded to the 11 significant bits of a float16 (Veltkamp's splitting). */
export function roundToHalf(values: Float32Array): Float32Array {
  return values.map((x) => {
    const scaled = (2 ** 42 + 1) * x;
    return scaled - (scaled - x);
  });
}

/** Rounded to 255 levels, symmetric about 0: what a model quantised to 8 bits, with one scale for all, keeps. */
export function roundToBytes(values: Float32Array): Float32Array {
  const level = values.reduce((most, x) => Math.max(most, Math.abs(x)), 0) / 127;
  return values.map((x) => level * Math.round(x / level));
}
