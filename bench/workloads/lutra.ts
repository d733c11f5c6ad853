import { nn, optim, type Tensor, tensor } from 'lutra';
import { fillFloats, fingerprint, floats, integers } from './inputs.js';
import type { Workload } from './kinds.js';
import { cycle, evaluates, fillParameters, type Maker, matrix, type Prepared, tableGradient } from './lutra_inputs.js';
import { operation, stepProjection } from './lutra_operations.js';

function lookupWith(backward: boolean, sparse: boolean, paddingIdx: number | null = null): Maker {
  return ({ rows, dim, count }) => {
    const embedding = new nn.Embedding(rows, dim, { sparse, paddingIdx });
    fillFloats(embedding.weight.data as Float32Array, 1);
    const ids = cycle((seed) => tensor(integers(count, seed, rows)));
    if (!backward) return evaluates(ids, (x) => embedding.forward(x));
    const upstream = matrix(count, dim, 2);
    return {
      run: () => {
        embedding.weight.grad = null;
        embedding.forward(ids()).backward(upstream);
      },
      result: () => tableGradient(embedding.weight),
    };
  };
}

type RecurrentLayer = { forward(x: Tensor): [output: Tensor, state: unknown] } & nn.Module;

function recurrentWith(name: 'LSTM' | 'GRU' | 'RNN', train: boolean): Maker {
  return ({ input, hidden, batch, steps }) => {
    const layer: RecurrentLayer = new nn[name](input, hidden, { batchFirst: true });
    fillParameters(layer);
    const xs = cycle((seed) => tensor(floats(batch * steps * input, seed), { shape: [batch, steps, input] }));
    if (!train) return evaluates(xs, (x) => layer.forward(x)[0]);
    const upstream = tensor(floats(batch * steps * hidden, 77), { shape: [batch, steps, hidden] });
    return {
      run: () => {
        layer.zeroGrad();
        layer.forward(xs().detach().requiresGrad_())[0].backward(upstream);
      },
      result: () => fingerprint([...layer.parameters()][0].grad!.data),
    };
  };
}

type Pass = (layer: nn.Conv1d, x: Tensor) => Tensor;

function convolutionWith(train: boolean, apply: Pass = (layer, x) => layer.forward(x)): Maker {
  return ({ input, outputs, kernel, batch, steps }) => {
    const layer = new nn.Conv1d(input, outputs, kernel);
    fillParameters(layer);
    const shape = [batch, input, steps];
    const xs = cycle((seed) => tensor(floats(batch * input * steps, seed), { shape }));
    if (!train) return evaluates(xs, (x) => apply(layer, x));
    let upstream: Tensor | null = null;
    return {
      run: () => {
        layer.zeroGrad();
        const out = apply(layer, xs().detach().requiresGrad_());
        upstream ??= tensor(floats(out.numel, 77), { shape: out.shape });
        out.backward(upstream);
      },
      result: () => fingerprint(layer.weight.grad!.data),
    };
  };
}

const { maxPool1d, relu } = nn.functional;
const maxOverTime: Pass = (layer, x) => {
  const features = relu(layer.forward(x));
  return maxPool1d(features, features.shape[2]);
};

/** Embedding → LSTM → Linear; the two language models differ in which steps they predict from. */
abstract class LanguageModel extends nn.Module {
  embedding: nn.Embedding;
  lstm: nn.LSTM;
  fc: nn.Linear;
  constructor(vocabulary: number, dim: number, hidden: number) {
    super();
    this.embedding = new nn.Embedding(vocabulary, dim);
    this.lstm = new nn.LSTM(dim, hidden, { batchFirst: true });
    this.fc = new nn.Linear(hidden, vocabulary);
  }
}

export class CharLM extends LanguageModel {
  override forward(x: Tensor): Tensor {
    const [output] = this.lstm.forward(this.embedding.forward(x));
    return this.fc.forward(output.select(1, -1));
  }
}

class Classifier extends nn.Module {
  embedding: nn.Embedding;
  fc: nn.Linear;
  constructor(rows: number, dim: number, classes: number, sparse: boolean) {
    super();
    this.embedding = new nn.Embedding(rows, dim, { sparse });
    this.fc = new nn.Linear(dim, classes);
  }
  override forward(x: Tensor): Tensor {
    return this.fc.forward(this.embedding.forward(x).mean(1));
  }
}

class Transfer extends nn.Module {
  embedding: nn.Embedding;
  lstm: nn.LSTM;
  fc: nn.Linear;
  constructor(table: Tensor, hidden: number, classes: number, freeze: boolean) {
    super();
    this.embedding = nn.Embedding.fromPretrained(table, { freeze });
    this.lstm = new nn.LSTM(table.shape[1], hidden, { batchFirst: true });
    this.fc = new nn.Linear(hidden, classes);
  }
  override forward(x: Tensor): Tensor {
    const [, [h]] = this.lstm.forward(this.embedding.forward(x));
    return this.fc.forward(h.select(0, -1));
  }
}

export class WordLM extends LanguageModel {
  override forward(x: Tensor): Tensor {
    const [output] = this.lstm.forward(this.embedding.forward(x));
    return this.fc.forward(output).reshape(-1, this.fc.outFeatures);
  }
}

/** A whole step: forward, loss, backward, update. The result is the loss of each of the first steps. */
function training(model: nn.Module, optimizers: optim.Optimizer[], batch: () => { x: Tensor; y: Tensor }): Prepared {
  const criterion = new nn.CrossEntropyLoss();
  const losses: number[] = [];
  return {
    run: () => {
      const { x, y } = batch();
      for (const optimizer of optimizers) optimizer.zeroGrad();
      const loss = criterion.forward(model.forward(x), y);
      loss.backward();
      for (const optimizer of optimizers) optimizer.step();
      const value = loss.item();
      if (losses.length < 3) losses.push(value);
    },
    result: () => losses,
  };
}

function batches(shape: number[], bound: number, labels: number, classes: number): () => { x: Tensor; y: Tensor } {
  const n = shape.reduce((a, b) => a * b, 1);
  return cycle((seed) => ({
    x: tensor(integers(n, seed, bound), { shape }),
    y: tensor(integers(labels, seed + 50, classes)),
  }));
}

function elementwise(apply: (x: Tensor) => Tensor): Maker {
  return ({ n }) =>
    evaluates(
      cycle((seed) => tensor(floats(n, seed, 3))),
      apply,
    );
}

function normalisationWith(make: (width: number) => nn.Module & { forward(x: Tensor): Tensor }): Maker {
  return ({ rows, width }) => {
    const norm = make(width);
    const xs = cycle((seed) => tensor(floats(rows * width, seed, 2), { shape: [rows, width], requiresGrad: true }));
    const upstream = matrix(rows, width, 3);
    let last: Tensor | null = null;
    return {
      run: () => {
        const x = xs();
        norm.zeroGrad();
        norm.forward(x).backward(upstream);
        last = x.grad;
        x.grad = null;
      },
      result: () => fingerprint(last!.data),
    };
  };
}

function updates(make: (parameter: nn.Parameter) => optim.Optimizer): Maker {
  return ({ n }) => {
    const parameter = new nn.Parameter(tensor(floats(n, 1)));
    parameter.grad = tensor(floats(n, 2));
    const optimizer = make(parameter);
    return { run: () => optimizer.step(), result: () => fingerprint(parameter.data) };
  };
}

const makers: { readonly [kind: string]: Maker } = {
  operation,
  stepProjection,
  lookup: lookupWith(false, false),
  lookupDense: lookupWith(true, false),
  lookupSparse: lookupWith(true, true),
  lookupPadded: lookupWith(true, true, 0),
  convForward: convolutionWith(false),
  convTrain: convolutionWith(true),
  convMax: convolutionWith(true, maxOverTime),
  lstmForward: recurrentWith('LSTM', false),
  lstmTrain: recurrentWith('LSTM', true),
  gruForward: recurrentWith('GRU', false),
  gruTrain: recurrentWith('GRU', true),
  rnnForward: recurrentWith('RNN', false),
  rnnTrain: recurrentWith('RNN', true),
  bag: ({ rows, dim, bags, length, mode }) => {
    // The largest values have no sparse gradient.
    const bag = new nn.EmbeddingBag(rows, dim, { mode: mode as 'sum' | 'mean' | 'max', sparse: mode !== 'max' });
    fillFloats(bag.weight.data as Float32Array, 1);
    const ids = cycle((seed) => tensor(integers(bags * length, seed, rows), { shape: [bags, length] }));
    const upstream = matrix(bags, dim, 2);
    return {
      run: () => {
        bag.weight.grad = null;
        bag.forward(ids()).backward(upstream);
      },
      result: () => tableGradient(bag.weight),
    };
  },
  indexAdd: ({ rows, dim, count }) => {
    const table = matrix(rows, dim, 1);
    const values = matrix(count, dim, 2);
    const ids = cycle((seed) => tensor(integers(count, seed, rows)));
    return {
      run: () => {
        table.indexAdd_(0, ids(), values);
      },
      result: () => fingerprint(table.data.subarray(0, 10_000)),
    };
  },
  matmul: ({ M, N, K }) => {
    const b = matrix(K, N, 99);
    return evaluates(
      cycle((seed) => matrix(M, K, seed)),
      (a) => a.matmul(b),
    );
  },
  stepCharLm: ({ vocabulary, dim, hidden, batch, steps }) => {
    const model = new CharLM(vocabulary, dim, hidden);
    fillParameters(model);
    return training(
      model,
      [new optim.Adam(model.parameters(), { lr: 1e-3 })],
      batches([batch, steps], vocabulary, batch, vocabulary),
    );
  },
  stepClassifier: ({ rows, dim, classes, batch, steps, optimizer }) => {
    const sparse = optimizer !== 'adam';
    const model = new Classifier(rows, dim, classes, sparse);
    fillParameters(model);
    const optimizers =
      optimizer === 'adam'
        ? [new optim.Adam(model.parameters(), { lr: 1e-3 })]
        : optimizer === 'sparseAdam'
          ? [
              new optim.SparseAdam([model.embedding.weight], { lr: 1e-3 }),
              new optim.Adam(model.fc.parameters(), { lr: 1e-3 }),
            ]
          : [new optim.SGD(model.parameters(), { lr: 0.1 })];
    return training(model, optimizers, batches([batch, steps], rows, batch, classes));
  },
  stepTransfer: ({ rows, dim, hidden, classes, batch, steps, frozen }) => {
    const model = new Transfer(matrix(rows, dim, 5), hidden, classes, frozen === 1);
    fillParameters(model);
    const trained = [...model.parameters()].filter((p) => p.requiresGrad);
    return training(model, [new optim.Adam(trained, { lr: 1e-3 })], batches([batch, steps], rows, batch, classes));
  },
  stepWordLm: ({ vocabulary, dim, hidden, batch, steps }) => {
    const model = new WordLM(vocabulary, dim, hidden);
    fillParameters(model);
    return training(
      model,
      [new optim.SGD(model.parameters(), { lr: 0.1 })],
      batches([batch, steps], vocabulary, batch * steps, vocabulary),
    );
  },
  crossEntropy: ({ rows, width }) => {
    const logits = cycle((seed) => tensor(floats(rows * width, seed, 5), { shape: [rows, width], requiresGrad: true }));
    const targets = tensor(integers(rows, 7, width));
    const criterion = new nn.CrossEntropyLoss();
    let last: Tensor | null = null;
    return {
      run: () => {
        const x = logits();
        criterion.forward(x, targets).backward();
        last = x.grad;
        x.grad = null;
      },
      result: () => fingerprint(last!.data),
    };
  },
  layerNorm: normalisationWith((width) => new nn.LayerNorm(width)),
  batchNorm: normalisationWith((width) => new nn.BatchNorm1d(width)),
  adam: updates((parameter) => new optim.Adam([parameter], { lr: 1e-3 })),
  sgd: updates((parameter) => new optim.SGD([parameter], { lr: 1e-3 })),
  adamW: updates((parameter) => new optim.AdamW([parameter], { lr: 1e-3 })),
  momentum: updates((parameter) => new optim.SGD([parameter], { lr: 1e-3, momentum: 0.9 })),
  rmsprop: updates((parameter) => new optim.RMSprop([parameter], { lr: 1e-3 })),
  adagrad: updates((parameter) => new optim.Adagrad([parameter], { lr: 1e-3 })),
  amsgrad: updates((parameter) => new optim.Adam([parameter], { lr: 1e-3, amsgrad: true })),
  gelu: elementwise((x) => nn.functional.gelu(x)),
  tanh: elementwise((x) => x.tanh()),
  // Masks are random: only the shape is compared.
  dropout: ({ n }) => {
    const made = elementwise((x) => nn.functional.dropout(x, 0.5, true))({ n });
    return { run: made.run, result: () => [made.result()[0]] };
  },
};

/** The workload, ready to run. @throws Error for a kind that this peer doesn't know. */
export function prepare(workload: Workload): Prepared {
  const maker = makers[workload.kind];
  if (maker === undefined) throw new Error(`no workload of kind ${workload.kind}`);
  return maker(workload.params as Parameters<Maker>[0]);
}
