/** Files of vectors as text: native/binding/vector_text.cc. A line is three numbers: begin, end, end of its word. */
export interface NativeVectorText {
  /** Lines that were found, as many as there is room for; `used[0]` gets the bytes that they take. */
  vectorTextLines(dim: number, length: number, bytes: Uint8Array, lines: Int32Array, used: Float64Array): number;
  /** Writes numbers to rows of a table; `bad` gets the first line with what is no number, or -1, and which number that is. */
  vectorTextNumbers(
    count: number,
    length: number,
    dim: number,
    bytes: Uint8Array,
    lines: Int32Array,
    rows: Int32Array,
    begin: number,
    table: Float32Array,
    bad: Float64Array,
  ): void;
}
