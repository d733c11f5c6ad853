import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { type Tensor, tensor } from '../../lib/index.js';

const size = 900;
const dim = 64;

/** The first of scikit-learn's hand-written digits: float32 [900, 64], numbers from 0 to 16, and what they are. */
export function readDigits(count = size): { x: Tensor; labels: Uint8Array } {
  const bytes = gunzipSync(readFileSync(new URL('../torch/fixtures/digits.bin.gz', import.meta.url)));
  const x = tensor(Float32Array.from(bytes.subarray(0, count * dim)), { shape: [count, dim] });
  return { x, labels: bytes.subarray(size * dim, size * dim + count) };
}
