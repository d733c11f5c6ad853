/** Documents that were read together: texts, or lists of tokens. They hold until the next are asked for. */
export interface Documents {
  readonly items: readonly (string | readonly string[])[];
  /** What an error about document `k` of these starts with. */
  place(k: number): string;
}
