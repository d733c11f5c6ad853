// What every collective gives, for every dtype, waited for at once and later; each rank checks its own results.
import assert from 'node:assert/strict';
import * as dist from '../../../dist/entries/distributed.js';
import { tensor, zeros } from '../../../dist/index.js';

dist.initProcessGroup({ timeout: 30 });
const rank = dist.getRank();
const size = dist.getWorldSize();
const ranks = Array.from({ length: size }, (_, r) => r);
const dtypes = ['float32', 'float64', 'int32', 'uint8', 'float16', 'bfloat16'];
const floats = ['float32', 'float64', 'float16', 'bfloat16'];

/** Calls a collective and waits for it, in the call and later. */
function ways(call) {
  call();
  call({ asyncOp: true }).wait();
}

for (const n of [1, 300]) {
  for (const dtype of dtypes) {
    const of = (r) =>
      tensor(
        Array.from({ length: n }, (_, i) => ((i * 3 + r * 5) % 11) + r),
        { dtype },
      );
    const all = ranks.map(of);
    const expected = (fold) => Array.from({ length: n }, (_, i) => fold(all.map((x) => x.at(i))));
    const reductions = {
      sum: (all) => all.reduce((a, b) => a + b),
      max: (all) => Math.max(...all),
      min: (all) => Math.min(...all),
      ...(floats.includes(dtype) && { mean: (all) => all.reduce((a, b) => a + b) / size }),
    };
    for (const [op, fold] of Object.entries(reductions)) {
      const want = tensor(expected(fold), { dtype }).tolist();
      ways((options) => {
        const x = of(rank);
        const work = dist.allReduce(x, { op, ...options });
        if (work === undefined) assert.deepEqual(x.tolist(), want, `allReduce ${op} ${dtype} ${n}`);
        else work.getFuture().then(() => assert.deepEqual(x.tolist(), want, `allReduce ${op} ${dtype} ${n} later`));
        return work;
      });
      // Each rank's own part of the reduction.
      const wholes = ranks.map((r) =>
        tensor(
          Array.from({ length: size * n }, (_, i) => ((i + r) % 9) + 1),
          { dtype },
        ).reshape([size, n]),
      );
      ways((options) => {
        const part = zeros([n], { dtype });
        const work = dist.reduceScatter(part, wholes[rank], { op, ...options });
        const check = () =>
          assert.deepEqual(
            part.tolist(),
            tensor(
              Array.from({ length: n }, (_, i) => fold(ranks.map((r) => wholes[r].at(rank * n + i)))),
              { dtype },
            ).tolist(),
            `reduceScatter ${op} ${dtype} ${n}`,
          );
        if (work === undefined) check();
        else work.getFuture().then(check);
        return work;
      });
    }
    for (const src of ranks) {
      ways((options) => {
        const x = of(rank);
        const work = dist.broadcast(x, src, options);
        const check = () => assert.deepEqual(x.tolist(), of(src).tolist(), `broadcast ${dtype} ${n}`);
        if (work === undefined) check();
        else work.getFuture().then(check);
        return work;
      });
    }
    ways((options) => {
      const all = zeros([size, n], { dtype });
      const work = dist.allGather(all, of(rank), options);
      const check = () =>
        assert.deepEqual(
          all.tolist(),
          ranks.map((r) => of(r).tolist()),
          `allGather ${dtype} ${n}`,
        );
      if (work === undefined) check();
      else work.getFuture().then(check);
      return work;
    });
    const list = ranks.map(() => zeros([n], { dtype }));
    dist.allGather(list, of(rank));
    assert.deepEqual(
      list.map((t) => t.tolist()),
      ranks.map((r) => of(r).tolist()),
    );

    // Each rank sends to rank r what says from whom to whom.
    const letter = (from, to) =>
      tensor(
        Array.from({ length: n }, (_, i) => ((from * 7 + to * 3 + i) % 13) + 1),
        { dtype },
      );
    ways((options) => {
      const got = zeros([size, n], { dtype });
      const sent = zeros([size, n], { dtype });
      for (const to of ranks) sent.select(0, to).copy_(letter(rank, to));
      const work = dist.allToAll(got, sent, options);
      const check = () =>
        assert.deepEqual(
          got.tolist(),
          ranks.map((from) => letter(from, rank).tolist()),
          `allToAll ${dtype} ${n}`,
        );
      if (work === undefined) check();
      else work.getFuture().then(check);
      return work;
    });
  }
}

// Uneven parts: rank r sends r + to rows to each.
{
  const rows = (from, to) => (from + 2 * to) % 4;
  const inputSplits = ranks.map((to) => rows(rank, to));
  const outputSplits = ranks.map((from) => rows(from, rank));
  const total = (splits) => splits.reduce((a, b) => a + b, 0);
  const sent = zeros([total(inputSplits), 3]).add(rank);
  const got = zeros([total(outputSplits), 3]).sub(1);
  dist.allToAll(got, sent, { inputSplits, outputSplits });
  assert.deepEqual(
    got.tolist(),
    ranks.flatMap((from) => Array.from({ length: rows(from, rank) }, () => [from, from, from])),
  );
}

// Views that don't lie together, a tensor without elements, bool.
{
  const x = zeros([4, 6]);
  const columns = x.t().narrow(0, 1, 2);
  columns.add_(rank + 1);
  dist.allReduce(columns);
  const sum = ranks.reduce((a, r) => a + r + 1, 0);
  assert.deepEqual(
    x.tolist(),
    Array.from({ length: 4 }, () => [0, sum, sum, 0, 0, 0]),
  );
  dist.allReduce(zeros([0, 3]));
  const any = tensor([rank === 0, rank === size - 1, false]);
  dist.allReduce(any, { op: 'max' });
  assert.deepEqual(any.tolist(), [true, true, false]);
}

// Memory that is under way is nobody's: it throws whatever is done with it, and is whole afterwards.
{
  const x = tensor([1, 2, 3]);
  const view = x.narrow(0, 1, 2);
  const version = x.version;
  const work = dist.allReduce(x, { asyncOp: true });
  for (const use of [
    () => x.add(1),
    () => view.mul_(2),
    () => x.data,
    () => x.tolist(),
    () => x.at(0),
    () => String(x),
  ]) {
    assert.throws(use, /belongs to an allReduce, which is under way; wait for it first/);
  }
  work.wait();
  work.wait();
  assert.deepEqual(
    x.tolist(),
    [1, 2, 3].map((n) => n * size),
  );
  assert.deepEqual(
    view.tolist(),
    [2, 3].map((n) => n * size),
  );
  assert.ok(x.version > version);
}

// Several under way at once, waited for in another order; the event loop goes on while promises wait.
{
  const tensors = Array.from({ length: 5 }, (_, i) => zeros([100]).add(i + rank));
  const works = tensors.map((t) => dist.allReduce(t, { asyncOp: true }));
  works[3].wait();
  let ticks = 0;
  const clock = setInterval(() => ticks++, 1);
  if (rank === size - 1) await new Promise((resolve) => setTimeout(resolve, 100));
  const late = dist.barrier({ asyncOp: true });
  await Promise.all([...works.map((work) => work.getFuture()), late.getFuture()]);
  clearInterval(clock);
  if (rank !== size - 1) assert.ok(ticks > 0, 'the event loop went on');
  for (const [i, t] of tensors.entries())
    assert.equal(
      t.at(99),
      ranks.reduce((a, r) => a + i + r, 0),
    );
}

// A sum of 16 bits is rounded once: 2048 + 1 + 1 is 2050 in float16, but 2048 where each sum is rounded.
{
  const x = tensor([rank === 0 ? 2048 : 1], { dtype: 'float16' });
  dist.allReduce(x);
  assert.equal(x.item(), size === 2 ? 2048 : size === 4 ? 2052 : x.item());
}

assert.throws(() => dist.allReduce(tensor([1], { dtype: 'int32' }), { op: 'mean' }), /a mean is one of floats/);
assert.throws(() => dist.broadcast(tensor([1]), size), /src must be a rank from 0 to/);
assert.equal(Object.keys(process.env).filter((name) => /^(OMPI_|PMIX_|PMI_)/.test(name)).length, 0);
dist.barrier();
if (process.argv[2] === 'destroy') {
  dist.destroyProcessGroup();
  assert.equal(dist.isInitialized(), false);
  assert.throws(() => dist.getRank(), /there is no process group/);
}
process.stdout.write(`rank ${rank} of ${size} is done\n`);
