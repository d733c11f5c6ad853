// Models that ranks train together, each with its part of every batch, beside the same model that is trained alone with all of it.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import * as dist from '../../../dist/entries/distributed.js';
import { manualSeed, nn, optim, rand, randint, randn, tensor } from '../../../dist/index.js';

dist.initProcessGroup({ timeout: 60 });
const rank = dist.getRank();
const size = dist.getWorldSize();
const batch = 8 * size;

/** A part of a batch for this rank. */
const part = (x) => x.narrow(0, rank * (x.shape[0] / size), x.shape[0] / size);

class Bags extends nn.Module {
  constructor(sparse) {
    super();
    this.table = new nn.EmbeddingBag(3000, 16, { sparse });
    this.fc = new nn.Linear(16, 40);
    this.out = new nn.Linear(40, 5);
  }
  forward(x) {
    return this.out.forward(this.fc.forward(this.table.forward(x)).tanh());
  }
}

/** The table is also the projection, so that its gradient is an ordinary one. */
class Tied extends nn.Module {
  constructor() {
    super();
    this.table = new nn.Embedding(1500, 16);
    this.lstm = new nn.LSTM(16, 16, { batchFirst: true });
    this.weight = this.table.weight;
  }
  forward(x) {
    const [output] = this.lstm.forward(this.table.forward(x));
    return output.select(1, -1).matmul(this.weight.t()).narrow(1, 0, 5);
  }
}

/** Which of two layers is used depends on the input; a third one is never used. */
class Branches extends nn.Module {
  constructor() {
    super();
    this.first = new nn.Linear(6, 5);
    this.second = new nn.Linear(6, 5);
    this.never = new nn.Linear(6, 5);
  }
  forward(x, which) {
    return this[which].forward(x);
  }
}

const loss = new nn.CrossEntropyLoss();
const names = (model) => model.namedParameters().map(([name]) => name);

/** Largest difference between two models' weights. */
function distance(a, b) {
  let most = 0;
  const [x, y] = [a.stateDict(), b.stateDict()];
  assert.deepEqual(Object.keys(x), Object.keys(y));
  for (const name of Object.keys(x)) {
    const [p, q] = [x[name].contiguous().data, y[name].contiguous().data];
    for (let i = 0; i < p.length; i++) most = Math.max(most, Math.abs(p[i] - q[i]));
  }
  return most;
}

const digest = createHash('sha256');
function note(model) {
  for (const tensor of Object.values(model.stateDict()))
    digest.update(new Uint8Array(tensor.contiguous().data.slice().buffer));
}

const bags = () => [randint(0, 3000, [batch, 12]), randint(0, 5, [batch])];
const texts = () => [randint(0, 1500, [batch, 4]), randint(0, 5, [batch])];
const cases = {
  'rows of a table': [() => new Bags(false), (p) => new optim.Adam(p, { lr: 0.01 }), bags],
  'a sparse table': [() => new Bags(true), (p) => new optim.Adagrad(p, { lr: 0.05 }), bags],
  'a tied table': [() => new Tied(), (p) => new optim.SGD(p, { lr: 0.1, momentum: 0.9 }), texts],
};

for (const [name, [make, optimizerOf, data]] of Object.entries(cases)) {
  manualSeed(1 + rank); // other weights on every rank, at first
  const inner = make();
  const model = new dist.DistributedDataParallel(inner, { bucketCapMB: 0.001 });
  const alone = make();
  alone.loadStateDict(model.stateDict());
  const [a, b] = [optimizerOf(model.parameters()), optimizerOf(alone.parameters())];
  assert.deepEqual(names(model.module), names(alone));
  manualSeed(7);
  for (let step = 0; step < 6; step++) {
    const [x, y] = data();
    a.zeroGrad();
    loss.forward(model.forward(part(x)), part(y)).backward();
    a.step();
    b.zeroGrad();
    loss.forward(alone.forward(x), y).backward();
    b.step();
  }
  const apart = distance(model, alone);
  assert.ok(apart < 1e-4, `${name}: ${apart}`);
  note(model);
}

// Parameters that only some ranks use, and one that none uses.
{
  manualSeed(3);
  const model = new dist.DistributedDataParallel(new Branches(), { bucketCapMB: 0.00005 });
  const { first, second, never } = model.module;
  const x = randn([4, 6]);
  const y = tensor([0, 1, 2, 3], { dtype: 'int32' });
  const which = rank === 0 ? 'first' : 'second';
  loss.forward(model.forward(x, which), y).backward();
  const own = first.weight.grad.clone();
  const reference = new nn.Linear(6, 5);
  reference.parameters();
  reference.loadStateDict(first.stateDict());
  loss.forward(reference.forward(x), y).backward();
  assert.ok(own.mul(size).sub(reference.weight.grad).abs().max().item() < 1e-6, 'one rank of all has used it');
  assert.ok(second.weight.grad !== null);
  assert.equal(never.weight.grad, null);
  // Once more, without a backward that comes by the second layer anywhere.
  model.zeroGrad();
  loss.forward(model.forward(x, 'first'), y).backward();
  assert.equal(second.weight.grad, null);
}

// Gradients that are accumulated go once.
{
  manualSeed(4);
  const model = new dist.DistributedDataParallel(new Bags(true));
  const alone = new Bags(true);
  alone.loadStateDict(model.stateDict());
  alone.parameters();
  const parts = [bags(), bags()];
  model.noSync(() => loss.forward(model.forward(part(parts[0][0])), part(parts[0][1])).backward());
  const local = model.module.fc.weight.grad.clone();
  const all = Array.from({ length: size }, () => local.mul(0));
  dist.allGather(all, local);
  if (size > 1) assert.notDeepEqual(all[0].tolist(), all[1].tolist());
  loss.forward(model.forward(part(parts[1][0])), part(parts[1][1])).backward();
  for (const [x, y] of parts) loss.forward(alone.forward(x), y).backward();
  const dense = (grad) => (grad.isSparse ? grad.toDense() : grad);
  for (const [i, p] of model.parameters().entries()) {
    const apart = dense(p.grad).sub(dense(alone.parameters()[i].grad)).abs().max().item();
    assert.ok(apart < 1e-6, `accumulated: ${apart}`);
  }
  // Without a last backward outside.
  model.zeroGrad();
  model.noSync(() => loss.forward(model.forward(part(parts[0][0])), part(parts[0][1])).backward());
  model.averageGradients();
  alone.zeroGrad();
  loss.forward(alone.forward(parts[0][0]), parts[0][1]).backward();
  const apart = model.module.out.weight.grad.sub(alone.out.weight.grad).abs().max().item();
  assert.ok(apart < 1e-6, `averaged: ${apart}`);
}

// Buffers are rank 0's before each forward.
{
  manualSeed(5);
  const model = new dist.DistributedDataParallel(new nn.BatchNorm1d(3));
  const [mean] = model.module.buffers();
  mean.fill_(rank);
  model
    .forward(rand([16, 3]))
    .sum()
    .backward();
  const means = Array.from({ length: size }, () => randn([3]));
  dist.allGather(means, mean);
  for (const each of means) assert.deepEqual(each.tolist(), means[0].tolist());
  assert.ok(mean.abs().max().item() < 0.5);
}

dist.barrier();
process.stdout.write(`${digest.digest('hex').slice(0, 16)}\n`);
