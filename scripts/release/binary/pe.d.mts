export declare function undefinedInCoff(bytes: Buffer): string[];
export declare function clearTimes(bytes: Buffer): void;
