// What goes into a basket next? The mean of what is in it, beside an item: two tables of vectors, of which each rank of several has a
// part of the rows, so that they may be larger than a machine's memory. The items' vectors lie on all ranks, baskets are dealt out to them.
//
//     npm run example -- sharded_recommender
//     mpirun -np 2 --bind-to none node build/examples/sharded_recommender.js
import {
  DataLoader,
  Generator,
  manualSeed,
  nn,
  optim,
  randint,
  type Tensor,
  TensorDataset,
  Trainer,
  tensor,
} from 'lutra';
import {
  DistributedDataParallel,
  DistributedSampler,
  getRank,
  initProcessGroup,
  ShardedEmbedding,
  ShardedEmbeddingBag,
} from 'lutra/distributed';

initProcessGroup();
manualSeed(0);
const isQuick = process.env.LUTRA_QUICK === '1';
const [items, groups, baskets] = isQuick ? [2000, 50, 4096] : [100_000, 500, 100_000];

// Baskets are made up: six items of one group (those whose numbers leave the same rest), and a seventh of the same group, or any other.
const generator = new Generator(7);
const draw = (most: number, shape: number[]) => randint(0, most, shape, { generator });
const ofGroup = (group: Tensor, width: number) =>
  draw(items / groups, [baskets, width])
    .mul(groups)
    .add(group);
const group = draw(groups, [baskets, 1]);
const isNext = draw(2, [baskets, 1]);
const other = draw(items, [baskets, 1]);
const next = ofGroup(group, 1)
  .mul(isNext)
  .add(other.mul(isNext.mul(-1).add(1)));
const data = new TensorDataset(ofGroup(group, 6), next, isNext.to('float32'));

class Recommender extends nn.Module {
  basket = new ShardedEmbeddingBag(items, 32);
  item = new ShardedEmbedding(items, 32);

  /** baskets [n, 6], items [n, 1]; how well they go together, [n, 1]. */
  forward(basket: Tensor, item: Tensor): Tensor {
    return this.basket.forward(basket).mul(this.item.forward(item).squeeze(1)).sum(1, { keepdim: true });
  }
}

const model = new DistributedDataParallel(new Recommender());
const trainer = new Trainer({
  model,
  loss: new nn.BCEWithLogitsLoss(),
  optimizer: new optim.Adagrad(model.parameters(), { lr: 0.5 }),
});
const loader = new DataLoader(data, { batchSize: 256, sampler: new DistributedSampler(data) });
const history = await trainer.fit(loader, { epochs: isQuick ? 20 : 5, progress: false });
const [first, last] = [history.epochs[0], history.epochs.at(-1)!].map(({ train }) => train.loss);
if (getRank() === 0) console.log(`${history.steps} steps, loss ${first.toFixed(2)}, at last ${last.toFixed(2)}`);

// Every rank makes each lookup; one tells of it.
const item = tensor([[5], [6]], { dtype: 'int32' });
const basket = tensor(
  [1, 1].map(() => [0, 1, 2, 3, 4, 5].map((k) => k * groups + 5)),
  { dtype: 'int32' },
);
const [same, different] = (await trainer.predictAll([[basket, item, null]])).sigmoid().tolist() as number[][];
if (getRank() === 0) console.log(`an item of the group ${same[0].toFixed(2)}, another ${different[0].toFixed(2)}`);
