export declare function lzma(bytes: Uint8Array): Uint8Array;
