/** Numbers and their bits, for what writes and reads them at once: the next call does so too. Of a double the low word comes first. */
export const doubles = new Float64Array(2);
export const words = new Int32Array(doubles.buffer);
export const singles = new Float32Array(2);
export const singleWords = new Int32Array(singles.buffer);

/** x rounded to f32. Not in exp.ts, whose loops take 5 % longer by it. */
export const fround = Math.fround;
