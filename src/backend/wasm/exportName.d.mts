export declare function exportName(name: string): string;
