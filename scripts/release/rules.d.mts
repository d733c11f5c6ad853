import type { Found } from './binary/inspect.mjs';
import type { Target } from './targets.mjs';

export declare const mostPackedBytes: number;
export declare function problemsOf(found: Found, target: Target): string[];
export declare function needsOf(found: Found, target: Target): string;
