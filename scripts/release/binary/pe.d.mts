export declare function undefinedInCoff(bytes: Buffer): string[];
