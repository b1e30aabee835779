export declare const LN2: bigint;
export declare function exp(x: bigint): bigint;
export declare function fixed(x: number): bigint;
export declare function nearest(v: bigint, float?: boolean): number;
export declare function twoParts(v: bigint): [number, number];
