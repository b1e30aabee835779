/** What is used of lzma1, whose own types are sources that our strictness does not pass (tsconfig.json, paths). */
export function compress(bytes: Uint8Array, level: number): ArrayLike<number>;
