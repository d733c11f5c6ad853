import { describe, expect, it } from 'vitest';
import { record, recordMany } from '../../lib/autograd/record.js';
import { autograd, cat, GradcheckError, noGrad, RowSparse, Tensor, tensor, zeros } from '../../lib/index.js';

const { gradcheck } = autograd;

const double = (values: number[] | number[][]): Tensor => tensor(values, { dtype: 'float64', requiresGrad: true });

/** A fresh tensor with f of each element. */
function map(x: Tensor, f: (value: number, i: number) => number): Tensor {
  const out = Tensor.allocate(x.shape, x.dtype, false);
  for (let i = 0; i < x.numel; i++) out.data[i] = f(x.at(i), i);
  return out;
}

/** x², whose backward is multiplied by `factor`: 1 is right. */
function square(x: Tensor, factor = 1): Tensor {
  const out = map(x, (value) => value * value);
  return record('SquareBackward', [x], out, (grad) => [map(grad, (g, i) => factor * 2 * g * x.at(i))], [x]);
}

/** The rows of a table, with a row-sparse gradient. */
function lookup(table: Tensor, rows: number[], wrong = 0): Tensor {
  const indices = tensor(Int32Array.from(rows));
  const out = table.detach().indexSelect(0, indices);
  return record('LookupBackward', [table], out, (grad) => [
    new RowSparse(
      indices,
      map(grad, (g) => g + wrong),
      table.shape,
    ),
  ]);
}

describe('gradcheck', () => {
  it('accepts right gradients, views, several inputs and nested outputs', () => {
    expect(gradcheck((x) => square(x), double([1, -2, 0.5]))).toBe(true);
    const base = double([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(gradcheck((x) => square(x), [base.t()])).toBe(true);
    expect(gradcheck((x) => square(x.select(1, 1)), base)).toBe(true);
    const joined = (x: Tensor, y: Tensor) => [square(x), [cat([x, y]), square(y)]];
    expect(gradcheck(joined, [double([1, 2]), double([3])])).toBe(true);
  });

  it('finds a wrong backward and names input, output and the worst element', () => {
    const wrong = (x: Tensor, y: Tensor) => [square(x), square(y, 1.01)];
    const inputs = [double([1, 2]), double([3, 40, 5])];
    expect(() => gradcheck(wrong, inputs)).toThrow(GradcheckError);
    expect(() => gradcheck(wrong, inputs)).toThrow(
      /wrong gradient of output 1 with respect to inputs\[1\]: ∂output\[1\] \/ ∂input\[1\] is analytically 80\.8, numerically 80 \(atol 0\.00001, rtol 0\.001\)/,
    );
    expect(gradcheck(wrong, inputs, { raiseError: false })).toBe(false);
    expect(gradcheck(wrong, inputs, { rtol: 0.02 })).toBe(true);
  });

  it('finds a gradient that is missing, of the wrong shape, or NaN', () => {
    const broken = (result: (grad: Tensor) => Tensor | null) => (x: Tensor) =>
      record('Broken', [x], x.detach().clone(), (grad) => [result(grad)]);
    expect(() =>
      gradcheck(
        broken(() => null),
        double([1]),
      ),
    ).toThrow('analytically 0, numerically 1');
    expect(() =>
      gradcheck(
        broken(() => tensor([1, 2], { dtype: 'float64' })),
        double([1]),
      ),
    ).toThrow('must be float64 of shape [1], got float64 of shape [2]');
    expect(() =>
      gradcheck(
        broken((grad) => map(grad, () => Number.NaN)),
        double([1]),
      ),
    ).toThrow('analytically NaN');
    expect(() => gradcheck((x) => noGrad(() => square(x)).detach(), double([1]))).toThrow(
      'none of the outputs requires',
    );
  });

  it('finds a backward that gives something else the second time', () => {
    let calls = 0;
    const drifting = (x: Tensor) =>
      record('Drifting', [x], x.detach().clone(), (grad) => [map(grad, (g) => g + 1e-9 * calls++)]);
    expect(() => gradcheck(drifting, double([1]))).toThrow('two backward passes disagree about inputs[0] at [0]');
    expect(gradcheck(drifting, double([1]), { nondetTol: 1e-6 })).toBe(true);
  });

  it('finds a backward that mixes up outputs only when all are used', () => {
    const split = (x: Tensor) => {
      const outputs = [map(x, (v) => v), map(x, (v) => 3 * v)];
      recordMany('Split', [x], outputs, ([a, b]) => {
        if (a === null || b === null) return [map((a ?? b)!, (g) => (a === null ? 3 * g : g))];
        return [map(a, (g, i) => g + b.at(i))];
      });
      return outputs;
    };
    expect(() => gradcheck(split, double([1, 2]))).toThrow('weighted sum of all outputs with respect to inputs[0]');
  });

  it('reads row-sparse gradients, duplicates included', () => {
    const table = double([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    expect(gradcheck((x) => lookup(x, [2, 0, 2]), table)).toBe(true);
    expect(() => gradcheck((x) => lookup(x, [2, 0, 2], 0.1), table)).toThrow(GradcheckError);
  });

  it('leaves inputs as they were, and those without gradients alone', () => {
    const x = double([0.1, 0.2]);
    const index = tensor([1, 0], { dtype: 'int32' });
    const constant = tensor([3, 4], { dtype: 'float32' });
    expect(gradcheck((a, i) => square(a.indexSelect(0, i)), [x, index, constant])).toBe(true);
    expect(x.tolist()).toEqual([0.1, 0.2]);
    expect(x.grad).toBeNull();
  });

  it('works with empty tensors and inside noGrad', () => {
    expect(gradcheck((x) => square(x), zeros([0, 3], { dtype: 'float64', requiresGrad: true }))).toBe(true);
    expect(noGrad(() => gradcheck((x) => square(x), double([2])))).toBe(true);
  });

  it('refuses what it cannot check', () => {
    expect(() => gradcheck((x) => x, tensor([1], { requiresGrad: true }))).toThrow(
      'gradcheck: inputs[0] must be float64, got float32: differences in it are noise; use double()',
    );
    expect(() => gradcheck((x) => x.float(), double([1]))).toThrow('output 0 must be float64, got float32');
    expect(() => gradcheck((x) => x, tensor([1], { dtype: 'float64' }))).toThrow('none of the inputs requires');
    expect(() => gradcheck((x) => x.clone(), double([1]).expand(3))).toThrow('expanded view');
    let calls = 0;
    expect(() =>
      gradcheck(
        (x) =>
          record(
            'R',
            [x],
            map(x, (v) => v + calls++),
            (g) => [g],
          ),
        double([1]),
      ),
    ).toThrow('fn gives another output 0 each time');
    expect(() => gradcheck((x) => x, double([1]), { eps: 0 })).toThrow('eps must be a positive number, got 0');
    expect(() => gradcheck((x) => x, double([1]), { tol: 1 } as object)).toThrow('gradcheck: unknown option');
    expect(() => gradcheck(() => 3 as unknown as Tensor, double([1]))).toThrow('fn must return a Tensor');
  });
});
