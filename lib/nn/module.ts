import { knowLeaf } from '../autograd/known_leaves.js';
import { RowSparse } from '../autograd/row_sparse.js';
import { copyInto, copyOf } from '../calls/copy.js';
import { markClass } from '../copies.js';
import { cut } from '../describe.js';
import { ArgumentError, DTypeError, describe, ValueError } from '../errors.js';
import { zeros } from '../ops/creation.js';
import { checkOptions, nearest } from '../options.js';
import { checkDType, type DType, isFloating } from '../tensor/dtype.js';
import { Tensor } from '../tensor/tensor.js';
import { guardMembers } from './guarded_members.js';
import { formatModule } from './module_format.js';
import { HookableModule } from './module_hooks.js';
import type { ModuleTree } from './module_tree.js';
import { Parameter, replaceData } from './parameter.js';
import { type LoadOptions, type LoadResult, loadInto, type StateDict, stateDictOf } from './state_dict.js';
import { warnOfUnfound } from './unfound_members.js';

export interface RecurseOptions {
  /** Put in front of every name, with a dot. Default none. */
  prefix?: string;
  /** Include the submodules' too. Default true. */
  recurse?: boolean;
}

let guardOnce: (module: Module) => void;

/**
 * From here on only a parameter takes a parameter's place in this module, only a module a module's, or null. Layers call
 * it when they are made; for one's own modules the first walk over them (`parameters()`, `stateDict()`, `train()`, …) does.
 */
export function guardMembersOf(module: Module): void {
  guardOnce(module);
}

function isModule(value: unknown): value is Module {
  return value instanceof Module;
}

/**
 * The base of everything with parameters, as PyTorch's `nn.Module`. Assign parameters and submodules to properties in
 * the constructor and define `forward`; they are found by their property names, in the order of assignment:
 *
 * ```ts
 * class Classifier extends nn.Module {
 *   embedding = new nn.Embedding(1000, 64);
 *   fc = new nn.Linear(64, 5);
 *   forward(x: Tensor) {
 *     return this.fc.forward(this.embedding.forward(x).mean(1));
 *   }
 * }
 * ```
 *
 * JavaScript's `#private` fields can't be found; TypeScript's `private` ones can. Modules in plain arrays or maps are
 * not found either: use `ModuleList`, `ModuleDict` or `ParameterList`. Where that happens a warning says so.
 */
export abstract class Module extends HookableModule implements ModuleTree {
  /** Whether the module is in training mode, which dropout asks; set by `train()` and `eval()`. */
  training = true;
  /** Names registered as buffers, and whether each is part of the state dict. */
  readonly #buffers = new Map<string, boolean>();
  /** How many properties there were when those that hold members were last guarded. */
  #guarded = 0;

  static {
    guardOnce = (module) => {
      if (Object.keys(module).length === module.#guarded) return;
      guardMembers(module, isModule);
      module.#guarded = Object.keys(module).length;
    };
  }

  /** What the module computes. */
  // biome-ignore lint/suspicious/noExplicitAny: every module has its own signature; a list of modules is called with any.
  abstract override forward(...inputs: any[]): any;

  /** The name printed for the module: its class's. */
  override typeName(): string {
    return this.constructor.name || 'Module';
  }

  /** The facts printed between the brackets; lines separated by `\n`. */
  extraRepr(): string {
    return '';
  }

  /** The module and its submodules as PyTorch prints them. */
  override toString(): string {
    return formatModule(this);
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  // ---- registration ----

  /** Adds a tensor that belongs to the module but is not trained; part of the state dict unless `persistent` is false. */
  registerBuffer(name: string, buffer: Tensor | null, options?: { persistent?: boolean }): void {
    const { persistent = true } = checkOptions('registerBuffer', options, ['persistent']);
    checkName('registerBuffer', this, name, () => this.#buffers.has(name));
    if (buffer !== null && !(buffer instanceof Tensor)) {
      throw new ArgumentError(`registerBuffer: buffer must be a Tensor or null, got ${describe(buffer)}`);
    }
    if (buffer instanceof Parameter) {
      throw new ArgumentError(`registerBuffer: '${cut(name)}' is a Parameter; use registerParameter or detach()`);
    }
    this.#buffers.set(name, persistent);
    properties(this)[name] = buffer;
  }

  /** Assigns a parameter (or null for none) to the property `name`. */
  registerParameter(name: string, parameter: Parameter | null): void {
    checkName('registerParameter', this, name, (value) => value instanceof Parameter);
    if (parameter !== null && !(parameter instanceof Parameter)) {
      throw new ArgumentError(`registerParameter: parameter must be a Parameter or null, got ${describe(parameter)}`);
    }
    properties(this)[name] = parameter;
  }

  /** Assigns a submodule (or null for none) to the property `name`. */
  registerModule(name: string, module: Module | null): void {
    checkName('registerModule', this, name, (value) => value instanceof Module);
    if (module !== null && !(module instanceof Module)) {
      throw new ArgumentError(`registerModule: module must be a Module or null, got ${describe(module)}`);
    }
    properties(this)[name] = module;
  }

  /** PyTorch's other name of `registerModule`. */
  addModule(name: string, module: Module | null): void {
    this.registerModule(name, module);
  }

  // ---- members of this module alone, in the order of assignment ----

  /** The parameters assigned to this module itself. */
  ownParameters(): [string, Parameter][] {
    return membersOf(this, Parameter);
  }

  /** The buffers registered on this module itself. */
  ownBuffers(options?: { persistentOnly?: boolean }): [string, Tensor][] {
    const { persistentOnly = false } = checkOptions('ownBuffers', options, ['persistentOnly']);
    const found: [string, Tensor][] = [];
    for (const [name, persistent] of this.#buffers) {
      const value = properties(this)[name];
      if (value instanceof Tensor && !(value instanceof Parameter) && (persistent || !persistentOnly)) {
        found.push([name, value]);
      }
    }
    return found;
  }

  /** The modules assigned to this module itself. */
  ownModules(): [string, Module][] {
    return membersOf(this, Module);
  }

  // ---- walking ----

  /** This module and all below it with their paths, each once, parents before children; this one's path is ''. */
  namedModules(options?: { prefix?: string }): [string, Module][] {
    const { prefix = '' } = checkOptions('namedModules', options, ['prefix']);
    checkPrefix('namedModules', prefix);
    const found: [string, Module][] = [];
    const seen = new Set<Module>();
    const visit = (module: Module, path: string): void => {
      if (seen.has(module)) return;
      seen.add(module);
      guardOnce(module);
      found.push([path, module]);
      for (const [name, child] of module.ownModules()) visit(child, path === '' ? name : `${path}.${name}`);
    };
    visit(this, prefix);
    return found;
  }

  /** This module and all below it, each once. */
  modules(): Module[] {
    return this.namedModules().map(([, module]) => module);
  }

  /** The direct submodules with their names, each once. */
  namedChildren(): [string, Module][] {
    const seen = new Set<Module>();
    return this.ownModules().filter(([, child]) => !seen.has(child) && seen.add(child));
  }

  /** The direct submodules, each once. */
  children(): Module[] {
    return this.namedChildren().map(([, child]) => child);
  }

  /** Parameters with their paths (`lstm.weight_ih_l0`), a shared one once, in PyTorch's order. */
  namedParameters(options?: RecurseOptions): [string, Parameter][] {
    const found = gather('namedParameters', this, options, (module) => module.ownParameters());
    for (const [, parameter] of found) knowLeaf(parameter);
    if (options?.recurse ?? true) warnOfUnfound(this.modules(), isModule);
    return found;
  }

  /** The parameters, a shared one once, in PyTorch's order: what an optimizer takes. */
  parameters(options?: { recurse?: boolean }): Parameter[] {
    const { recurse } = checkOptions('parameters', options, ['recurse']);
    return this.namedParameters({ recurse }).map(([, parameter]) => parameter);
  }

  /** Buffers with their paths, a shared one once. */
  namedBuffers(options?: RecurseOptions): [string, Tensor][] {
    return gather('namedBuffers', this, options, (module) => module.ownBuffers());
  }

  /** The buffers, a shared one once. */
  buffers(options?: { recurse?: boolean }): Tensor[] {
    const { recurse } = checkOptions('buffers', options, ['recurse']);
    return this.namedBuffers({ recurse }).map(([, buffer]) => buffer);
  }

  /** The submodule at a path such as `encoder.layers.0`; the module itself for ''. */
  getSubmodule(path: string): Module {
    if (typeof path !== 'string') throw new ArgumentError(`getSubmodule: path must be a string, got ${describe(path)}`);
    let module: Module = this;
    for (const name of path === '' ? [] : path.split('.')) {
      const children = new Map(module.ownModules());
      module = children.get(name) ?? notFound('getSubmodule', module, 'submodule', name, [...children.keys()]);
    }
    return module;
  }

  /** The parameter at a path such as `lstm.weight_ih_l0`. */
  getParameter(path: string): Parameter {
    const [owner, name] = ownerOf('getParameter', this, path);
    const found = new Map(owner.ownParameters());
    return found.get(name) ?? notFound('getParameter', owner, 'parameter', name, [...found.keys()]);
  }

  /** The buffer at a path. */
  getBuffer(path: string): Tensor {
    const [owner, name] = ownerOf('getBuffer', this, path);
    const found = new Map(owner.ownBuffers());
    return found.get(name) ?? notFound('getBuffer', owner, 'buffer', name, [...found.keys()]);
  }

  // ---- modes and changes of the whole tree ----

  /** Calls `fn` on every submodule, children before parents, and on this module last. */
  apply(fn: (module: Module) => void): this {
    if (typeof fn !== 'function') throw new ArgumentError(`apply: fn must be a function, got ${describe(fn)}`);
    const seen = new Set<Module>();
    const visit = (module: Module): void => {
      if (seen.has(module)) return;
      seen.add(module);
      for (const child of module.children()) visit(child);
      fn(module);
    };
    visit(this);
    return this;
  }

  /** Sets training mode (or, with false, evaluation mode) on this module and all below it. */
  train(mode = true): this {
    if (typeof mode !== 'boolean') throw new ArgumentError(`train: mode must be true or false, got ${describe(mode)}`);
    for (const module of this.modules()) module.training = mode;
    return this;
  }

  /** Sets evaluation mode: dropout lets everything pass. */
  eval(): this {
    return this.train(false);
  }

  /** Freezes (false) or unfreezes (true) every parameter. */
  requiresGrad_(flag = true): this {
    for (const parameter of this.parameters()) parameter.requiresGrad = flag;
    return this;
  }

  /** Drops every parameter's gradient, or with `setToNone: false` fills it with zeros. */
  zeroGrad(options?: { setToNone?: boolean }): void {
    const { setToNone = true } = checkOptions('zeroGrad', options, ['setToNone']);
    for (const parameter of this.parameters()) {
      const grad = parameter.heldGrad;
      if (grad === null) continue;
      if (setToNone || grad.isSparse) {
        parameter.clearGrad();
      } else {
        copyInto(grad, zeros([], { dtype: grad.dtype }));
        grad.storage.version++;
      }
    }
  }

  /**
   * Converts every floating-point parameter and buffer, and their gradients, in place: optimizers keep their hold on
   * the parameters. Integer buffers stay as they are.
   * @throws DTypeError unless `dtype` is a floating-point one.
   */
  to(dtype: DType): this {
    checkDType('to', dtype);
    if (!isFloating(dtype)) throw new DTypeError(`to: a module takes floating-point dtypes, got ${dtype}`);
    for (const module of this.modules()) {
      if (module.keepsDType) continue;
      for (const [, tensor] of [...module.ownParameters(), ...module.ownBuffers()]) {
        if (!isFloating(tensor.dtype) || tensor.dtype === dtype) continue;
        replaceData(tensor, copyOf(tensor, dtype));
        if (tensor.heldGrad !== null) tensor.heldGrad = convertGrad(tensor.heldGrad, dtype);
      }
    }
    return this;
  }

  /** Whether `to` leaves this module's own tensors as they are, as those of a fixed format must be. */
  get keepsDType(): boolean {
    return false;
  }

  /** `to('float32')` */
  float(): this {
    return this.to('float32');
  }

  /** `to('float64')` */
  double(): this {
    return this.to('float64');
  }

  /** `to('float16')`: storage in 16 bits; convert back before computing. */
  half(): this {
    return this.to('float16');
  }

  /** `to('bfloat16')`: storage in 16 bits; convert back before computing. */
  bfloat16(): this {
    return this.to('bfloat16');
  }

  // ---- state ----

  /**
   * Parameters and persistent buffers by name, as a plain object: outside the graph, sharing the module's memory, in
   * PyTorch's order and under PyTorch's names.
   */
  stateDict(options?: { prefix?: string }): StateDict {
    const { prefix = '' } = checkOptions('stateDict', options, ['prefix']);
    return stateDictOf(this, checkPrefix('stateDict', prefix));
  }

  /**
   * Copies the values of a state dict into the parameters and buffers of the same names, converting floating dtypes.
   * Everything is checked first; nothing is written unless everything fits.
   * @returns the names that were missing and unexpected (both empty unless `strict` is false).
   * @throws StateDictError listing every missing, unexpected and misshapen entry.
   */
  loadStateDict(state: Readonly<StateDict>, options?: LoadOptions): LoadResult {
    return loadInto(this, state, checkOptions('loadStateDict', options, ['strict', 'assign']));
  }
}

markClass('Module', Module);

function convertGrad(grad: Tensor, dtype: DType): Tensor {
  if (!(grad instanceof RowSparse)) return copyOf(grad, dtype);
  return new RowSparse(grad.indices, copyOf(grad.values, dtype), grad.shape, grad.isCoalesced);
}

function notFound(op: string, owner: Module, kind: string, name: string, names: readonly string[]): never {
  const close = nearest(name, names);
  const hint = close !== null ? `did you mean '${close}'?` : `it has ${names.length > 0 ? names.join(', ') : 'none'}`;
  throw new ValueError(`${op}: ${owner.typeName()} has no ${kind} '${cut(name)}'; ${hint}`);
}

/** The properties of a module that are of a kind, in the order of assignment. */
function membersOf<T>(module: Module, kind: abstract new (...args: never[]) => T): [string, T][] {
  const found: [string, T][] = [];
  for (const name of Object.keys(module)) {
    const value = properties(module)[name];
    if (value instanceof kind) found.push([name, value]);
  }
  return found;
}

function properties(module: Module): Record<string, unknown> {
  return module as unknown as Record<string, unknown>;
}

/** @throws unless `name` can be a property of `module`: no dots, and not taken by anything but what it may replace. */
function checkName(op: string, module: Module, name: unknown, replaceable: (value: unknown) => boolean): void {
  if (typeof name !== 'string') throw new ArgumentError(`${op}: name must be a string, got ${describe(name)}`);
  if (name === '' || name.includes('.') || name === '__proto__') {
    throw new ValueError(`${op}: name must be a non-empty property name without dots, got ${describe(name)}`);
  }
  const value = properties(module)[name];
  if (value !== undefined && value !== null && !replaceable(value)) {
    throw new ValueError(`${op}: ${module.typeName()} already has a property '${cut(name)}'`);
  }
}

/** @throws ArgumentError unless the beginning of names is a string */
function checkPrefix(op: string, prefix: unknown): string {
  if (typeof prefix === 'string') return prefix;
  throw new ArgumentError(`${op}: prefix must be a string, got ${describe(prefix)}`);
}

/** The members of a tree of modules with their paths, each tensor once, under its first path. */
function gather<T extends Tensor>(
  op: string,
  root: Module,
  options: RecurseOptions | undefined,
  members: (module: Module) => [string, T][],
): [string, T][] {
  const { prefix = '', recurse = true } = checkOptions(op, options, ['prefix', 'recurse']);
  checkPrefix(op, prefix);
  const modules: [string, Module][] = recurse ? root.namedModules({ prefix }) : [[prefix, root]];
  const found: [string, T][] = [];
  const seen = new Set<T>();
  for (const [path, module] of modules) {
    for (const [name, tensor] of members(module)) {
      if (seen.has(tensor)) continue;
      seen.add(tensor);
      found.push([path === '' ? name : `${path}.${name}`, tensor]);
    }
  }
  return found;
}

/** The module that holds the member at a path, and the member's name in it. */
function ownerOf(op: string, root: Module, path: string): [Module, string] {
  if (typeof path !== 'string') throw new ArgumentError(`${op}: path must be a string, got ${describe(path)}`);
  const dot = path.lastIndexOf('.');
  return [root.getSubmodule(dot < 0 ? '' : path.slice(0, dot)), path.slice(dot + 1)];
}
