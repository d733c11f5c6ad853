// Tables whose rows lie on all ranks, beside an ordinary one that is trained alone with the whole batch.
import assert from 'node:assert/strict';
import * as dist from '../../../dist/entries/distributed.js';
import { manualSeed, nn, optim, randint, randn } from '../../../dist/index.js';

dist.initProcessGroup({ timeout: 60 });
const rank = dist.getRank();
const size = dist.getWorldSize();
const part = (x) => x.narrow(0, rank * (x.shape[0] / size), x.shape[0] / size);
const loss = new nn.CrossEntropyLoss();

class Words extends nn.Module {
  constructor(table) {
    super();
    this.table = table;
    this.fc = new nn.Linear(6, 4);
  }
  forward(x) {
    const rows = this.table.forward(x);
    return this.fc.forward(rows.ndim === 3 ? rows.mean(1) : rows);
  }
}

const shardedTables = { Embedding: dist.ShardedEmbedding, EmbeddingBag: dist.ShardedEmbeddingBag };
const rows = 101;
for (const sharding of ['ranges', 'hashed']) {
  for (const kind of ['Embedding', 'EmbeddingBag']) {
    for (const mode of kind === 'Embedding' ? [undefined] : ['sum', 'mean', 'max']) {
      manualSeed(11);
      const options = { paddingIdx: 3, ...(mode && { mode }) };
      const table = new shardedTables[kind](rows, 6, { sharding, ...options });
      const model = new dist.DistributedDataParallel(new Words(table));
      const alone = new Words(new nn[kind](rows, 6, { ...options, sparse: mode !== 'max' }));
      const whole = dist.fullStateDict(model);
      assert.equal(whole === null, rank !== 0);
      // The ranks have rows of their own, of which the state dict has all.
      assert.ok(table.weight.shape[0] <= Math.ceil(rows / size));
      if (rank === 0) assert.deepEqual(whole['table.weight'].narrow(0, 3, 1).tolist(), [[0, 0, 0, 0, 0, 0]]);
      manualSeed(12);
      const given = alone.stateDict();
      for (const tensor of Object.values(given)) dist.broadcast(tensor);
      dist.loadFullStateDict(model, rank === 0 ? given : null);
      const a = new optim.Adagrad(model.parameters(), { lr: 0.1 });
      const b = new optim.Adagrad(alone.parameters(), { lr: 0.1 });
      for (let step = 0; step < 4; step++) {
        // Few different rows, so that many are asked for by several ranks, and by one several times.
        const x = randint(0, step % 2 ? 9 : rows, [4 * size, 7]);
        const y = randint(0, 4, [4 * size]);
        a.zeroGrad();
        if (step > 1) table.prefetch(part(x));
        loss.forward(model.forward(part(x)), part(y)).backward();
        b.zeroGrad();
        loss.forward(alone.forward(x), y).backward();
        // The norm is one of all ranks' rows.
        const normType = [2, 1, Infinity, 2][step];
        const norm = model.clipGradNorm_(0.5, { normType }).item();
        const wanted = nn.utils.clipGradNorm_(alone.parameters(), 0.5, { normType }).item();
        assert.ok(Math.abs(norm - wanted) < 1e-4 * wanted, `norm ${norm}, alone ${wanted}`);
        a.step();
        b.step();
      }
      const trained = dist.fullStateDict(model);
      if (rank === 0) {
        const want = alone.stateDict();
        assert.deepEqual(Object.keys(trained), Object.keys(want));
        for (const name of Object.keys(want)) {
          const apart = trained[name].sub(want[name]).abs().max().item();
          assert.ok(apart < 1e-4, `${sharding} ${kind} ${mode} ${name}: ${apart}`);
        }
      }
    }
  }
}

// Lookups alone, in ragged bags, of nothing at all, and of what is no row.
{
  manualSeed(13);
  const table = new dist.ShardedEmbeddingBag(50, 3, { mode: 'sum' });
  const plain = table.gatherTable();
  const sums = table.forward([rank, 49, 7], { offsets: [0, 0, 2] });
  const empty = new dist.ShardedEmbedding(10, 2).forward(randint(0, 1, [0]));
  assert.deepEqual(empty.shape, [0, 2]);
  if (rank === 0) {
    const bag = nn.EmbeddingBag.fromPretrained(plain, { mode: 'sum' });
    assert.deepEqual(sums.tolist(), bag.forward([0, 49, 7], { offsets: [0, 0, 2] }).tolist());
  }
  assert.throws(
    () => table.forward([[50]]),
    /ShardedEmbeddingBag: index 50 at position 0 is outside the table of 50 rows/,
  );
  assert.match(String(table), /ShardedEmbeddingBag\(50, 3, sharding='hashed', ranks=\d+, mode='sum'\)/);
  assert.throws(
    () => new dist.ShardedEmbedding(5, 2, { sharding: 'columns' }),
    /sharding must be 'ranges' or 'hashed'/,
  );
  assert.deepEqual(randn([1]).shape, [1]);
}

// A lookup that was prefetched is the next one.
if (process.env.LUTRA_SHARED_MEMORY === '0' && size > 1) {
  const table = new dist.ShardedEmbedding(50, 3);
  const wanted = table.forward([[rank, 4]]).tolist();
  table.prefetch([[rank, 4]]);
  assert.throws(() => table.prefetch([[1]]), /prefetch: the lookup that was prefetched before has not been made/);
  assert.throws(() => table.forward([[1]]), /the lookup is another one than prefetch was given/);
  assert.deepEqual(table.forward([[rank, 4]]).tolist(), wanted);
}

// Sums of bags on one rank, rows written out on the other, nothing on a third: all of them go as they must.
for (const sparse of [true, false]) {
  manualSeed(14);
  const make = () => new nn.Embedding(300, 64, { sparse });
  const model = new dist.DistributedDataParallel(make());
  const alone = make();
  alone.loadStateDict(model.stateDict());
  const [[ours], [theirs]] = [model.parameters(), alone.parameters()];
  const inputs = Array.from({ length: size }, () => randint(0, 300, [3, 40]));
  const scales = Array.from({ length: size }, () => randn([3, 40, 64]));
  const lossOf = (table, r) => {
    const rows = table.forward(inputs[r]);
    return r % 3 === 0 ? rows.sum(1).pow(2).sum() : r % 3 === 1 ? rows.mul(scales[r]).sum() : rows.mul(0).sum();
  };
  lossOf(model, rank).backward();
  for (let r = 0; r < size; r++)
    lossOf(alone, r)
      .mul(1 / size)
      .backward();
  const dense = ({ grad }) => (grad.isSparse ? grad.toDense() : grad);
  const apart = dense(ours).sub(dense(theirs)).abs().max().item();
  assert.ok(apart < 1e-4, `mixed gradients: ${apart}`);
}

dist.barrier();
process.stdout.write('done\n');
