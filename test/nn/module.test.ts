import { describe, expect, it } from 'vitest';
import { arange, nn, RowSparse, StateDictError, type Tensor, tensor, zeros } from '../../lib/index.js';

class Affine extends nn.Module {
  weight: nn.Parameter;
  bias: nn.Parameter | null;
  readonly rows: number;
  readonly columns: number;

  constructor(rows: number, columns: number, bias = true) {
    super();
    this.rows = rows;
    this.columns = columns;
    this.weight = new nn.Parameter(zeros([rows, columns]));
    this.bias = bias ? new nn.Parameter(zeros([rows])) : null;
  }

  forward(input: Tensor): Tensor {
    return input;
  }

  override extraRepr(): string {
    return `rows=${this.rows}, columns=${this.columns}`;
  }
}

class Block extends nn.Module {
  first: Affine;
  scale: nn.Parameter;
  second: Affine;
  declare mean: Tensor;
  declare scratch: Tensor | null;

  constructor() {
    super();
    this.first = new Affine(2, 3);
    this.scale = new nn.Parameter(tensor([1]));
    this.second = new Affine(3, 2, false);
    this.registerBuffer('mean', zeros([2]));
    this.registerBuffer('scratch', zeros([4]), { persistent: false });
  }

  forward(): void {}
}

describe('Parameter', () => {
  it('shares memory, asks for gradients and prints as PyTorch', () => {
    const data = tensor([1, 2.5]);
    const parameter = new nn.Parameter(data);
    data.data[0] = 7;
    expect(parameter.tolist()).toEqual([7, 2.5]);
    expect(parameter.isLeaf && parameter.requiresGrad).toBe(true);
    expect(String(parameter)).toBe('Parameter containing:\ntensor([7.0000, 2.5000], requires_grad=True)');
    expect(String(new nn.Parameter(data, { requiresGrad: false }))).toBe(
      'Parameter containing:\ntensor([7.0000, 2.5000])',
    );
  });

  it('refuses what cannot be one', () => {
    expect(() => new nn.Parameter([1] as unknown as Tensor)).toThrow('Parameter: data must be a Tensor, got [1]');
    expect(() => new nn.Parameter(tensor([1], { dtype: 'int32' }))).toThrow('only floating-point tensors');
    expect(() => new nn.Parameter(zeros([1]), { requireGrad: true } as object)).toThrow("did you mean 'requiresGrad'?");
  });
});

describe('finding members', () => {
  it('names parameters in PyTorch order: own ones first, then those of the submodules', () => {
    const names = new Block().namedParameters().map(([name]) => name);
    expect(names).toEqual(['scale', 'first.weight', 'first.bias', 'second.weight']);
    expect(new Block().namedParameters({ prefix: 'net', recurse: false }).map(([name]) => name)).toEqual(['net.scale']);
  });

  it('counts a shared parameter once but lists it twice in the state dict', () => {
    const block = new Block();
    block.second.weight = block.first.weight;
    expect(block.parameters().length).toBe(3);
    expect(Object.keys(block.stateDict())).toEqual(['scale', 'mean', 'first.weight', 'first.bias', 'second.weight']);
  });

  it('walks modules once, parents first', () => {
    const shared = new Affine(1, 1);
    const model = new nn.Sequential(shared, new nn.Sequential({ inner: shared }), shared);
    expect(model.namedModules().map(([name]) => name)).toEqual(['', '0', '1']);
    expect(model.children().length).toBe(2);
    const order: string[] = [];
    model.apply((module) => order.push(module.typeName()));
    expect(order).toEqual(['Affine', 'Sequential', 'Sequential']);
  });

  it('survives a module that refers to its parent', () => {
    const child = new nn.Identity();
    const parent = new nn.Sequential(child);
    (child as unknown as { parent: nn.Module }).parent = parent;
    expect(parent.train(false).modules().length).toBe(2);
    expect(Object.keys(parent.stateDict())).toEqual([]);
  });

  it('finds members by path and names the nearest when there is none', () => {
    const block = new Block();
    expect(block.getParameter('first.bias')).toBe(block.first.bias);
    expect(block.getSubmodule('second')).toBe(block.second);
    expect(block.getBuffer('mean')).toBe(block.mean);
    expect(block.getSubmodule('')).toBe(block);
    expect(() => block.getParameter('first.wieght')).toThrow(
      "getParameter: Affine has no parameter 'wieght'; did you mean 'weight'?",
    );
    expect(() => block.getSubmodule('third')).toThrow('Block has no submodule');
  });

  it('refuses what is no argument of its methods and containers, by name', () => {
    const layer = new nn.Linear(2, 2);
    const encoder = new nn.TransformerEncoder(new nn.TransformerEncoderLayer(2, 1, { dimFeedforward: 2 }), 1);
    const decoder = new nn.TransformerDecoder(new nn.TransformerDecoderLayer(2, 1, { dimFeedforward: 2 }), 1);
    const calls: [() => unknown, RegExp][] = [
      [() => layer.apply(3 as never), /apply: fn must be a function, got 3/],
      [() => new nn.Flatten().forward(null as never), /Flatten: input must be a Tensor, got null/],
      [() => new nn.Unflatten(0, [2]).forward([] as never), /Unflatten: input must be a Tensor/],
      [() => encoder.forward('x' as never), /TransformerEncoder: src must be a Tensor, got "x"/],
      [() => decoder.forward(zeros([1, 2]), undefined as never), /TransformerDecoder: memory must be a Tensor/],
      [() => new nn.TransformerEncoder(layer, 2 ** 40), /TransformerEncoder: numLayers must be at most 10000, got/],
      [() => new nn.ModuleDict([1] as never), /ModuleDict: modules must hold pairs of name and module, got 1/],
      [() => new nn.ParameterList(5 as never), /ParameterList: parameters must be a list of tensors, got 5/],
      [() => Reflect.construct(nn.QuantizedEmbedding, [4, 2]), /is made by QuantizedEmbedding\.fromFloat/],
      [() => arange(2 ** 45), /out of memory: 35184372088832 elements/],
    ];
    for (const [call, message] of calls) expect(call).toThrow(message);
  });

  it('registers by name and refuses names that are taken or have dots', () => {
    const block = new Block();
    block.registerModule('extra', new nn.Identity());
    block.registerParameter('gain', new nn.Parameter(zeros([1])));
    expect(block.namedChildren().map(([name]) => name)).toEqual(['first', 'second', 'extra']);
    expect(block.namedParameters({ recurse: false }).map(([name]) => name)).toEqual(['scale', 'gain']);
    expect(() => block.registerBuffer('forward', zeros([1]))).toThrow("already has a property 'forward'");
    expect(() => block.registerBuffer('first', zeros([1]))).toThrow("already has a property 'first'");
    expect(() => block.addModule('a.b', new nn.Identity())).toThrow('without dots');
    expect(() => block.registerBuffer('scale2', new nn.Parameter(zeros([1])))).toThrow('is a Parameter');
    expect(() => block.registerModule('x', {} as nn.Module)).toThrow('must be a Module or null, got an object');
  });

  it('keeps a buffer that is replaced, and drops one set to null', () => {
    const block = new Block();
    block.mean = tensor([3, 4]);
    expect(block.stateDict().mean.tolist()).toEqual([3, 4]);
    block.scratch = null;
    expect(block.namedBuffers().map(([name]) => name)).toEqual(['mean']);
  });
});

describe('modes, gradients and dtypes', () => {
  it('sets training mode everywhere', () => {
    const block = new Block();
    expect(
      block
        .eval()
        .modules()
        .some((module) => module.training),
    ).toBe(false);
    expect(
      block
        .train()
        .modules()
        .every((module) => module.training),
    ).toBe(true);
    expect(() => block.train(1 as unknown as boolean)).toThrow('mode must be true or false, got 1');
  });

  it('freezes and unfreezes', () => {
    const block = new Block();
    expect(
      block
        .requiresGrad_(false)
        .parameters()
        .some((p) => p.requiresGrad),
    ).toBe(false);
    expect(
      block
        .requiresGrad_()
        .parameters()
        .every((p) => p.requiresGrad),
    ).toBe(true);
  });

  it('drops gradients, or fills them with zeros', () => {
    const block = new Block();
    const { weight } = block.first;
    const grad = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    weight.grad = grad;
    block.zeroGrad({ setToNone: false });
    expect(weight.grad.tolist()).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
    block.zeroGrad();
    expect(weight.grad).toBeNull();
  });

  it('converts floating members in place and leaves integers alone', () => {
    const block = new Block();
    block.registerBuffer('steps', tensor([5], { dtype: 'int32' }));
    const { scale } = block;
    scale.grad = tensor([0.5]);
    const indices = tensor([1], { dtype: 'int32' });
    block.first.weight.grad = new RowSparse(indices, tensor([[1, 2, 3]]), [2, 3]);
    block.double();
    expect(block.scale).toBe(scale);
    expect([scale.dtype, scale.grad?.dtype, block.mean.dtype]).toEqual(['float64', 'float64', 'float64']);
    expect(block.first.weight.grad).toBeInstanceOf(RowSparse);
    expect(block.first.weight.grad.dtype).toBe('float64');
    expect(block.getBuffer('steps').dtype).toBe('int32');
    expect(scale.requiresGrad).toBe(true);
    expect(block.half().scale.elementSize).toBe(2);
    expect(block.float().scale.tolist()).toEqual([1]);
    expect(() => block.to('int32')).toThrow('a module takes floating-point dtypes, got int32');
  });
});

describe('state dicts', () => {
  const filled = (): Block => {
    const block = new Block();
    for (const [i, tensor] of Object.values(block.stateDict()).entries()) tensor.data.fill(i + 1);
    return block;
  };

  it('shares memory, outside the graph, without buffers that are not persistent', () => {
    const state = filled().stateDict();
    expect(Object.keys(state)).toEqual(['scale', 'mean', 'first.weight', 'first.bias', 'second.weight']);
    expect(Object.values(state).some((t) => t.requiresGrad)).toBe(false);
    const block = new Block();
    block.stateDict()['first.weight'].data.fill(9);
    expect(block.first.weight.at(0)).toBe(9);
    expect(Object.keys(block.stateDict({ prefix: 'net' }))[2]).toBe('net.first.weight');
  });

  it('copies values and converts floating dtypes', () => {
    const block = new Block();
    const { weight } = block.first;
    const before = weight.version;
    const result = block.loadStateDict(filled().double().stateDict());
    expect(result).toEqual({ missingKeys: [], unexpectedKeys: [] });
    expect(block.first.weight).toBe(weight);
    expect(weight.tolist()).toEqual([
      [3, 3, 3],
      [3, 3, 3],
    ]);
    expect(weight.dtype).toBe('float32');
    expect(weight.version).toBeGreaterThan(before);
  });

  it('lists everything that does not fit and writes nothing', () => {
    const block = new Block();
    const state: nn.StateDict = filled().stateDict();
    delete state.mean;
    delete state['first.bias'];
    state.extra = zeros([1]);
    state['first.weight'] = zeros([3, 2]);
    state['second.weight'] = [1] as unknown as Tensor;
    const load = () => block.loadStateDict(state);
    expect(load).toThrow(StateDictError);
    expect(load).toThrow(
      'loadStateDict: the state dict does not fit Block\n' +
        '  missing:\n    mean\n    first.bias\n' +
        '  unexpected:\n    extra\n' +
        '  unfit:\n    first.weight: has shape [2, 3], got [3, 2]\n' +
        '    second.weight: must be a Tensor, got [1]',
    );
    expect(block.scale.tolist()).toEqual([1]);
  });

  it('returns the differences when not strict, yet refuses shapes', () => {
    const block = new Block();
    const result = block.loadStateDict({ scale: tensor([8]), other: tensor([1]) }, { strict: false });
    expect(result.unexpectedKeys).toEqual(['other']);
    expect(result.missingKeys).toEqual(['mean', 'first.weight', 'first.bias', 'second.weight']);
    expect(block.scale.item()).toBe(8);
    expect(() => block.loadStateDict({ scale: zeros([2]) }, { strict: false })).toThrow('has shape [1], got [2]');
    expect(() => block.loadStateDict(null as unknown as nn.StateDict)).toThrow('got null');
    expect(() => block.loadStateDict({}, { stict: false } as object)).toThrow("did you mean 'strict'?");
  });

  it('refuses to squeeze fractions into an integer buffer', () => {
    const module = new nn.Identity();
    module.registerBuffer('steps', tensor([5], { dtype: 'int32' }));
    expect(() => module.loadStateDict({ steps: tensor([0.5]) })).toThrow('is int32 and cannot take float32 values');
  });

  it('is not confused by values that live in the memory it writes', () => {
    const list = new nn.ParameterList([tensor([1, 2]), tensor([3, 4])]);
    const { 0: a, 1: b } = list.stateDict();
    list.loadStateDict({ 0: b, 1: a });
    expect([list.at(0).tolist(), list.at(1).tolist()]).toEqual([
      [3, 4],
      [1, 2],
    ]);
    const square = new nn.ParameterList([
      tensor([
        [1, 2],
        [3, 4],
      ]),
    ]);
    square.loadStateDict({ 0: square.at(0).detach().t() });
    expect(square.at(0).tolist()).toEqual([
      [1, 3],
      [2, 4],
    ]);
  });

  it('assigns instead of copying on request', () => {
    const module = new Affine(1, 2, false);
    module.weight.requiresGrad = false;
    const weight = tensor([[5, 6]], { dtype: 'float64' });
    module.loadStateDict({ weight }, { assign: true });
    expect(module.weight.storage).toBe(weight.storage);
    expect(module.weight).toBeInstanceOf(nn.Parameter);
    expect(module.weight.requiresGrad).toBe(false);
  });
});

describe('containers', () => {
  it('runs a Sequential in order and prints it as PyTorch', () => {
    const calls: string[] = [];
    class Step extends nn.Module {
      readonly name: string;
      constructor(name: string) {
        super();
        this.name = name;
      }
      forward(x: string): string {
        calls.push(this.name);
        return x + this.name;
      }
    }
    const model = new nn.Sequential({ a: new Step('a'), b: new Step('b') }).append(new Step('c'));
    expect(model.forward('>')).toBe('>abc');
    expect(calls).toEqual(['a', 'b', 'c']);
    expect(model.length).toBe(3);
    expect(model.at(-1)).toBe((model as unknown as { 2: nn.Module })[2]);
    expect([...model].length).toBe(3);
    expect(new nn.Sequential().forward(4)).toBe(4);
    expect(() => new nn.Sequential(new Step('a'), 3 as unknown as nn.Module)).toThrow(
      'module 1 must be a Module, got 3',
    );
    expect(() => model.at(3)).toThrow('index must be from -3 to 2, got 3');
  });

  it('prints nested modules as PyTorch', () => {
    const model = new nn.Sequential(new Affine(2, 3), new nn.Sequential(new nn.Identity(), new nn.Flatten()));
    expect(String(model)).toBe(
      'Sequential(\n  (0): Affine(rows=2, columns=3)\n  (1): Sequential(\n    (0): Identity()\n' +
        '    (1): Flatten(start_dim=1, end_dim=-1)\n  )\n)',
    );
    expect(String(new nn.Sequential())).toBe('Sequential()');
    expect(String(new nn.ModuleList([new Affine(2, 2), new Affine(2, 2), model]))).toMatch(
      /^ModuleList\(\n {2}\(0-1\): 2 x Affine\(rows=2, columns=2\)\n {2}\(2\): Sequential\(\n {4}\(0\): Affine/,
    );
    expect(String(new nn.ModuleDict({ forward: new nn.Identity() }))).toBe('ModuleDict(\n  (forward): Identity()\n)');
    expect(String(new nn.ParameterList([zeros([2, 3]), zeros([2], { dtype: 'float64' })]))).toBe(
      'ParameterList(\n    (0): Parameter containing: [torch.float32 of size 2x3]\n' +
        '    (1): Parameter containing: [torch.float64 of size 2]\n)',
    );
  });

  it('keeps lists of modules', () => {
    const list = new nn.ModuleList([new Affine(1, 1), new Affine(2, 2)]);
    list.insert(1, new Affine(3, 3)).extend([new Affine(4, 4)]);
    expect([...list].map((module) => module.rows)).toEqual([1, 3, 2, 4]);
    list.set(-1, new Affine(5, 5));
    expect(list.at(3).rows).toBe(5);
    expect(list.namedParameters()[2][0]).toBe('1.weight');
    expect(() => list.forward()).toThrow('ModuleList: has no forward');
    expect(() => list.insert(7, new Affine(1, 1))).toThrow('index must be from -4 to 3, got 7');
  });

  it('keeps dictionaries of modules', () => {
    const dict = new nn.ModuleDict({ keys: new Affine(1, 1), set: new Affine(2, 2) });
    expect(dict.namedParameters().map(([name]) => name)).toEqual([
      'keys.weight',
      'keys.bias',
      'set.weight',
      'set.bias',
    ]);
    expect(dict.get('set').rows).toBe(2);
    expect([dict.has('set'), dict.delete('set'), dict.has('set'), dict.size]).toEqual([true, true, false, 1]);
    expect(() => dict.get('sat')).toThrow('ModuleDict.get: no module "sat"; it has keys');
    expect(() => dict.set('a.b', new Affine(1, 1))).toThrow('without dots');
  });
});
