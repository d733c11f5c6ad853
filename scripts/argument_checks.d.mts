import type { Plugin } from 'vitest/config';

export declare function argumentChecks(root: string): Plugin;
