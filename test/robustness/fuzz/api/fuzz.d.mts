export interface FuzzOptions {
  count: number;
  seed: number;
  onProgress?: (done: number, summary: string) => void;
  onStart?: (number: number) => void;
}

export function fuzzApi(library: object, options: FuzzOptions): Promise<string>;
