import type { Target } from './targets.mjs';

type Content = Readonly<Record<string, unknown>>;

export declare const packages: string;
export declare function platformPackage(target: Target, content: Content): Content;
export declare function libraryPackage(content: Content): Content;
export declare function makePackages(): { path: string; bytes: number }[];
