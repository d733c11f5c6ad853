import { describe, expect, it } from 'vitest';
import { type DType, Tensor, tensor } from '../../lib/index.js';
import { bfloat16ToNumber, float16ToNumber } from '../../lib/tensor/half.js';
import { readFixture } from '../torch/read.js';

interface RoundingCase {
  name: string;
  from: DType;
  bits?: number[];
  values?: number[];
  float16: number[];
  bfloat16: number[];
}

const widen = { float16: float16ToNumber, bfloat16: bfloat16ToNumber } as const;

describe('floats of 16 bits, against PyTorch', () => {
  for (const { name, from, bits, values, ...expected } of readFixture<{ cases: RoundingCase[] }>('sixteen_bits')
    .cases) {
    for (const dtype of ['float16', 'bfloat16'] as const) {
      it(`${name} to ${dtype}: rounds bit for bit, through subnormals, overflow and infinities`, () => {
        const source =
          bits === undefined
            ? tensor(values as number[], { dtype: from })
            : tensor(new Float32Array(Uint32Array.from(bits).buffer));
        const got = [...source.to(dtype).data];
        for (const [i, wanted] of expected[dtype].entries()) {
          if (Number.isNaN(widen[dtype](wanted))) expect(widen[dtype](got[i]), `${i}`).toBeNaN();
          else expect(got[i].toString(16), `number ${i}, ${source.at(i)}`).toBe(wanted.toString(16));
        }
      });
    }
  }

  for (const dtype of ['float16', 'bfloat16'] as const) {
    it(`every ${dtype} widens to its own value and comes back`, () => {
      const all = Uint16Array.from({ length: 65536 }, (_, i) => i);
      const wide = Tensor.wrap(all, [65536], dtype).float();
      const back = wide.to(dtype).data;
      for (let i = 0; i < 65536; i++) {
        const value = widen[dtype](i);
        if (!Object.is(wide.data[i], value)) expect.fail(`${i.toString(16)} became ${wide.data[i]}, not ${value}`);
        if (!Number.isNaN(value) && back[i] !== i)
          expect.fail(`${i.toString(16)} came back as ${back[i].toString(16)}`);
      }
    });
  }
});
