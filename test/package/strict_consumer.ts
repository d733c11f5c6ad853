import {
  ArrayDataset,
  DataLoader,
  type Dataset,
  loadNpy,
  loadNpz,
  loadSafetensors,
  loadTorch,
  nn,
  optim,
  randn,
  Subset,
  saveNpz,
  saveSafetensors,
  saveTorch,
  type Tensor,
  TensorDataset,
  type TorchValue,
  tensor,
} from 'lutra';

class Net extends nn.Module {
  readonly fc = new nn.Linear(2, 1);
  readonly embedding = new nn.Embedding(4, 2, { paddingIdx: 0 });
  override forward(x: Tensor): Tensor {
    return this.fc.forward(x);
  }
}

class Squares implements Dataset<Tensor> {
  readonly length = 3;
  get(index: number): Tensor {
    return tensor(index * index);
  }
}

interface Checkpoint {
  model: nn.StateDict;
  optimizer: optim.OptimizerStateDict;
  scheduler: optim.SchedulerStateDict;
  epoch: number;
}

export function train(path: string): number {
  const model = new Net();
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
  const scheduler = new optim.StepLR(optimizer, 2);
  const data = new Subset(new TensorDataset(randn([4, 2]), randn([4, 1])), [0, 1, 2]);
  for (const [x, y] of new DataLoader(data, { batchSize: 2, shuffle: true })) {
    if (x === undefined || y === undefined) continue;
    nn.functional.mseLoss(model.forward(x), y).backward();
    optimizer.step();
  }
  for (const batch of new DataLoader(new Squares())) batch.item();
  for (const batch of new DataLoader(new ArrayDataset([1, 2, 3]))) void batch;

  saveTorch(path, model.stateDict());
  saveTorch(path, optimizer.stateDict());
  saveTorch(path, scheduler.stateDict());
  const checkpoint: Checkpoint = {
    model: model.stateDict(),
    optimizer: optimizer.stateDict(),
    scheduler: scheduler.stateDict(),
    epoch: 1,
  };
  saveTorch(path, { ...checkpoint });
  saveTorch(path, { model: model.stateDict(), optimizer: optimizer.stateDict(), best: null, tags: ['a'] });
  saveSafetensors(path, model.stateDict(), { metadata: { epoch: '1' } });
  saveNpz(path, { x: randn([2]) });

  const loaded = loadTorch<Checkpoint>(path, { names: ['model', 'optimizer', 'scheduler', 'epoch'] });
  model.loadStateDict(loaded.model, { strict: false });
  optimizer.loadStateDict(loaded.optimizer);
  scheduler.loadStateDict(loaded.scheduler);
  const plain: TorchValue = loadTorch(path);
  saveTorch(path, plain);
  const { tensors, metadata } = loadSafetensors(path, { names: (name) => name.startsWith('fc.') });
  const key: string = 'epoch';
  const { words, vectors } = loadNpz<{ words: string[]; vectors: Tensor }>(path);
  const list = loadNpy<string[]>(path);
  return (
    loaded.epoch +
    (tensors[key]?.numel ?? 0) +
    (metadata[key]?.length ?? 0) +
    words.length +
    vectors.numel +
    list.length
  );
}
