import { describe, expect, it } from 'vitest';
import * as L from '../../lib/index.js';
import { arange, type Tensor, tensor, zeros } from '../../lib/index.js';

const x = zeros([2, 3]);
const volume = arange(24).reshape(2, 3, 4);
const ints = (...values: number[]) => tensor(Int32Array.from(values));

describe('what rearranging refuses', () => {
  const refused: [what: string, run: () => unknown, message: RegExp][] = [
    ['no list', () => L.hstack(x as never), /hstack: needs an array of tensors/],
    ['an empty list', () => L.vstack([]), /vstack: needs an array of tensors/],
    ['unequal sections', () => x.hsplit(2), /hsplit: a dimension of size 3 does not split into 2 equal/],
    ['no sections', () => x.tensorSplit(0), /tensorSplit: sections must be a positive integer/],
    ['half an index', () => x.tensorSplit([0.5]), /tensorSplit: indices must be integers, got 0.5/],
    ['rows of a vector', () => zeros([3]).vsplit(1), /vsplit: needs at least 2 dimensions/],
    ['a matrix', () => x.dsplit(1), /dsplit: needs at least 3 dimensions, got shape \[2, 3\]/],
    ['moves of two lengths', () => x.movedim([0, 1], [0]), /movedim: source and destination must be equally long/],
    ['a move twice', () => x.moveaxis([0, 0], [0, 1]), /moveaxis: source names a dimension twice/],
    ['a dimension twice', () => x.squeeze([0, -2]), /squeeze: dim -2 is named twice in \[0, -2\]/],
    ['a window too large', () => x.unfold(0, 3, 1), /unfold: size must be from 0 to 2/],
    ['no step', () => x.unfold(0, 1, 0), /unfold: step must be a positive integer/],
    ['vectors as matrices', () => zeros([3]).mT, /mT: needs at least 2 dimensions/],
    ['a volume as a matrix', () => volume.H, /H: needs a matrix, got shape \[2, 3, 4\]/],
    ['shifts without dims', () => x.roll([1, 2]), /roll: takes one shift without dims, got 2/],
    ['a shift too few', () => x.roll([1], [0, 1]), /roll: needs one shift for each of 2 dims, got 1/],
    ['half a shift', () => x.roll(0.5, 0), /roll: shifts must be integers, got 0.5/],
    ['a plane of one dimension', () => x.rot90(1, { dims: [0, -2] }), /rot90: dims must be two different/],
    ['a vector', () => L.fliplr(zeros([3])), /fliplr: needs at least 2 dimensions/],
    ['a volume', () => volume.diag(), /diag: input must be a vector or a matrix/],
    ['a volume', () => volume.trace(), /trace: input must be a matrix/],
    ['one dimension twice', () => x.diagEmbed({ dim1: 0, dim2: 0 }), /dim1 and dim2 must be different/],
    ['a part that does not fit', () => x.selectScatter(zeros([3]), 1, 0), /src must have the shape \[2\] of its place/],
    ['an index too far', () => x.selectScatter(zeros([2]), 1, 3), /selectScatter: index 3 is outside/],
    ['negative counts', () => x.repeatInterleave(-1), /repeatInterleave: repeats must be a non-negative integer/],
    ['counts of another length', () => x.repeatInterleave(ints(1, 2, 3, 4), { dim: 0 }), /one count or 2/],
    ['a negative count', () => L.repeatInterleave(ints(1, -2)), /must not be negative, got -2 at position 1/],
    ['a wrong size', () => x.repeatInterleave(2, { dim: 0, outputSize: 5 }), /outputSize must be 4/],
    ['fractions as counts', () => L.repeatInterleave(x), /repeats must be integers, got float32/],
    [
      'an unknown option',
      () => x.repeatInterleave(2, { dims: 0 } as never),
      /unknown option 'dims'; did you mean 'dim'/,
    ],
    ['shapes that differ', () => L.broadcastTensors(x, zeros([4])), /broadcastTensors: shapes \[2, 3\] and \[4\]/],
    ['matrices', () => L.meshgrid([x]), /meshgrid: tensors\[0\] must be a vector/],
    ['another order', () => L.meshgrid([x], { indexing: 'yx' as never }), /indexing must be 'ij' or 'xy', got "yx"/],
    ['a number that is no tensor', () => L.broadcastTo(3 as never, 2), /broadcastTo: input must be a Tensor, got 3/],
    ['two edges of one', () => L.nn.functional.pad(x, [1]), /pad must be a list of integers, two for each dimension/],
    ['too many widths', () => L.nn.functional.pad(x, [1, 1, 1, 1, 1, 1]), /pad names 3 dimensions.*has 2/],
    ['more than there is', () => L.nn.functional.pad(x, [-2, -2]), /leave nothing of dimension 1, of size 3/],
    ['a mirror too far', () => L.nn.functional.pad(x, [3, 0], { mode: 'reflect' }), /fewer elements than dimension 1/],
    ['round twice', () => L.nn.functional.pad(x, [4, 0], { mode: 'circular' }), /no more elements than dimension 1/],
    ['a mode', () => L.nn.functional.pad(x, [1, 1], { mode: 'reflct' as never }), /did you mean 'reflect'/],
    ['a value', () => L.nn.functional.pad(x, [1, 1], { mode: 'reflect', value: 1 }), /mode 'reflect' takes no value/],
    ['no elements', () => zeros([0, 2]).amax(0), /amax: there are no elements to choose from/],
    ['no limits', () => x.clamp(), /clamp: needs min, max or both, got neither/],
    ['a limit that is none', () => x.clamp('0' as never), /clamp: min must be a number, a Tensor or null, got "0"/],
    ['bools', () => x.bool().clampMin(0), /clampMin: is not defined for bool/],
    ['floats into integers', () => ints(1).clamp_(zeros([1])), /clamp_: the float32 result can't be written/],
    ['rows of other sizes', () => L.cdist(x, zeros([2, 4])), /cdist: x1 and x2 must be matrices of rows of one size/],
    ['a negative order', () => L.cdist(x, x, { p: -1 }), /cdist: p must be a number from 0 to Infinity, got -1/],
    ['a vector', () => L.nn.functional.pdist(zeros([3])), /pdist: input must be a matrix/],
    ['a place outside', () => x.take(ints(6)), /take: index 6 at position 0 is outside the 6 places/],
    ['a place before', () => x.takeAlongDim(ints(-4).reshape(1, 1), 1), /takeAlongDim: index -4 at position 0/],
  ];
  it.each(refused)('%s', (_, run, message) => expect(run).toThrow(message));
});

describe('views and copies', () => {
  const shares = (a: Tensor, b: Tensor) => a.storage === b.storage;

  it('are what PyTorch documents', () => {
    const views = [volume.T, volume.mT, volume.movedim(0, 2), volume.swapaxes(0, 1), volume.ravel(), volume.adjoint()];
    views.push(volume.unfold(2, 2, 1), volume.broadcastTo(5, 2, 3, 4), ...volume.tensorSplit(2), x.H, x.squeeze([0]));
    views.push(L.atleast2d(x), L.atleast3d(x), L.meshgrid([x.select(0, 0)])[0], ...L.broadcastTensors(volume, volume));
    for (const [i, view] of views.entries()) expect(shares(view, volume) || shares(view, x), `${i}`).toBe(true);
    const copies = [x.roll(0, 0), x.rot90(0), x.diag(), x.diagEmbed(), x.tile(1), x.repeatInterleave(1, { dim: 0 })];
    copies.push(
      L.hstack([x]),
      x.clamp(x, x),
      L.nn.functional.pad(x, []),
      x.amax([0, 1]),
      x.selectScatter(x.select(0, 0), 0, 0),
    );
    copies.push(L.nn.functional.pad(x, [0, 0], { mode: 'circular' }), x.tril(), L.concat([x]), x.take(ints(0)));
    for (const [i, copy] of copies.entries()) expect(shares(copy, x), `${i}`).toBe(false);
  });

  it('show the transposes', () => {
    expect(volume.T.shape).toEqual([4, 3, 2]);
    expect(volume.mT.shape).toEqual([2, 4, 3]);
    expect(volume.T.tolist()).toEqual(volume.permute(2, 1, 0).tolist());
    expect(volume.mH.tolist()).toEqual(volume.transpose(1, 2).tolist());
    expect(tensor(5).T.item()).toBe(5);
  });
});

describe('distances between many rows', () => {
  it('come in blocks without being held all at once', () => {
    const rows = L.sin(arange(700 * 40)).reshape(700, 40);
    const blocked = L.cdist(rows, rows, { p: 1 });
    const some = rows.narrow(0, 650, 3);
    expect(L.allclose(blocked.narrow(0, 650, 3), L.cdist(some, rows, { p: 1 }))).toBe(true);
    const exact = L.cdist(rows.double(), rows.double(), { computeMode: 'donot_use_mm_for_euclid_dist' });
    expect(L.allclose(L.cdist(rows.double(), rows.double()), exact, { atol: 1e-6 })).toBe(true);
  });
});
