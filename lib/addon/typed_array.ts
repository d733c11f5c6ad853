/** The typed arrays that hold tensors; 16-bit floats travel as their bits in a Uint16Array. */
export type TypedArray = Float32Array | Float64Array | Int32Array | Uint8Array | Uint16Array;
