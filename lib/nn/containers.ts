import { kindOfAnyCopy } from '../copies.js';
import { ArgumentError, describe, ValueError } from '../errors.js';
import { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';
import { formatModuleList } from './module_format.js';
import { Parameter } from './parameter.js';
import { markOwnClass } from './unfound_members.js';

/** An index that may count from the end, as one in [0, length). */
function place(op: string, index: unknown, length: number): number {
  if (typeof index !== 'number' || !Number.isInteger(index)) {
    throw new ArgumentError(`${op}: index must be an integer, got ${describe(index)}`);
  }
  if (index < -length || index >= length) {
    throw new ValueError(`${op}: index must be from ${-length} to ${length - 1}, got ${index}`);
  }
  return index < 0 ? index + length : index;
}

function checkModule(op: string, name: string, value: unknown): asserts value is Module {
  if (!(value instanceof Module)) throw new ArgumentError(`${op}: ${name} must be a Module, got ${describe(value)}`);
}

/**
 * Modules that run one after the other, each on what the one before returned.
 *
 * `new Sequential(a, b)` names them 0 and 1; `new Sequential({ conv: a, act: b })` by the keys. The modules are
 * properties: `model[0]`, `model.conv`.
 *
 * Its type argument is what the last of them gives, where that is no single tensor: `new Sequential<[Tensor, Tensor]>(…)`.
 */
export class Sequential<Output = Tensor> extends Module {
  [index: number]: Module;
  /** The order in which modules came: JavaScript lists properties named by numbers before all others. */
  readonly #order: string[] = [];

  constructor(...modules: Module[]);
  constructor(modules: Readonly<Record<string, Module>>);
  constructor(...args: (Module | Readonly<Record<string, Module>>)[]) {
    super();
    const [first] = args;
    const isRecord = typeof first === 'object' && first !== null && kindOfAnyCopy(first) === null;
    if (args.length === 1 && isRecord) {
      for (const [name, module] of Object.entries(first)) {
        checkModule('Sequential', name, module);
        this.add(name, module);
      }
      return;
    }
    for (const module of args) this.append(module as Module);
  }

  /** Runs all modules in turn; extra arguments go to the first. */
  forward(...inputs: unknown[]): Output {
    const modules = this.items();
    if (modules.length === 0) return inputs[0] as Output;
    let value = modules[0].forward(...inputs);
    for (let i = 1; i < modules.length; i++) value = modules[i].forward(value);
    return value;
  }

  private add(name: string, module: Module): void {
    this.registerModule(name, module);
    this.#order.push(name);
  }

  override ownModules(): [string, Module][] {
    const place = (name: string) => (this.#order.indexOf(name) + 1 || Number.POSITIVE_INFINITY) - 1;
    return super.ownModules().sort(([a], [b]) => (place(a) === place(b) ? 0 : place(a) - place(b)));
  }

  private items(): Module[] {
    return this.ownModules().map(([, module]) => module);
  }

  get length(): number {
    return this.items().length;
  }

  /** The module at a position, which may count from the end. */
  at(index: number): Module {
    const modules = this.items();
    return modules[place('Sequential.at', index, modules.length)];
  }

  /** Adds a module at the end, named by its position. */
  append(module: Module): this {
    const { length } = this;
    checkModule('Sequential', `module ${length}`, module);
    this.add(String(length), module);
    return this;
  }

  [Symbol.iterator](): Iterator<Module> {
    return this.items()[Symbol.iterator]();
  }
}

markOwnClass(Sequential);

/** A list of modules whose parameters are the owner's. It has no `forward`: the owner calls its members. */
export class ModuleList<M extends Module = Module> extends Module {
  [index: number]: M;

  constructor(modules: Iterable<M> = []) {
    super();
    this.extend(modules);
  }

  forward(): never {
    throw new ArgumentError('ModuleList: has no forward; call the forward of its members');
  }

  private items(): M[] {
    return this.ownModules().map(([, module]) => module as M);
  }

  get length(): number {
    return this.items().length;
  }

  /** The module at a position, which may count from the end. */
  at(index: number): M {
    const modules = this.items();
    return modules[place('ModuleList.at', index, modules.length)];
  }

  /** Replaces the module at a position. */
  set(index: number, module: M): this {
    checkModule('ModuleList.set', 'module', module);
    this[place('ModuleList.set', index, this.length)] = module;
    return this;
  }

  /** Adds a module at the end. */
  append(module: M): this {
    const { length } = this;
    checkModule('ModuleList', `module ${length}`, module);
    this.registerModule(String(length), module);
    return this;
  }

  /** Adds modules at the end. */
  extend(modules: Iterable<M>): this {
    if (typeof modules?.[Symbol.iterator] !== 'function') {
      throw new ArgumentError(`ModuleList: modules must be an array of modules, got ${describe(modules)}`);
    }
    const added = [...modules];
    for (const [i, module] of added.entries()) checkModule('ModuleList', `modules[${i}]`, module);
    for (const module of added) this.append(module);
    return this;
  }

  /** Puts a module before the one at `index` (the length puts it at the end). */
  insert(index: number, module: M): this {
    checkModule('ModuleList.insert', 'module', module);
    const modules = this.items();
    const at = index === modules.length ? index : place('ModuleList.insert', index, modules.length);
    modules.splice(at, 0, module);
    for (const [i, each] of modules.entries()) this[i] = each;
    return this;
  }

  override toString(): string {
    return formatModuleList(this);
  }

  [Symbol.iterator](): Iterator<M> {
    return this.items()[Symbol.iterator]();
  }
}

/** Modules by name, whose parameters are the owner's. Any name without dots will do, also a method's. */
export class ModuleDict<M extends Module = Module> extends Module {
  readonly #members = new Map<string, M>();

  constructor(modules: Readonly<Record<string, M>> | Iterable<readonly [string, M]> = {}) {
    super();
    this.update(modules);
  }

  forward(): never {
    throw new ArgumentError('ModuleDict: has no forward; call the forward of its members');
  }

  override ownModules(): [string, Module][] {
    return [...this.#members];
  }

  get size(): number {
    return this.#members.size;
  }

  has(name: string): boolean {
    return this.#members.has(name);
  }

  /** @throws ValueError when there is no module of that name. */
  get(name: string): M {
    const module = this.#members.get(name);
    if (module === undefined) {
      throw new ValueError(
        `ModuleDict.get: no module ${describe(name)}; it has ${[...this.keys()].join(', ') || 'none'}`,
      );
    }
    return module;
  }

  set(name: string, module: M): this {
    if (typeof name !== 'string' || name === '' || name.includes('.')) {
      throw new ValueError(`ModuleDict.set: name must be a non-empty string without dots, got ${describe(name)}`);
    }
    checkModule('ModuleDict.set', `the module '${name}'`, module);
    this.#members.set(name, module);
    return this;
  }

  /** Removes a module; false when there was none of that name. */
  delete(name: string): boolean {
    return this.#members.delete(name);
  }

  update(modules: Readonly<Record<string, M>> | Iterable<readonly [string, M]>): this {
    if (typeof modules !== 'object' || modules === null) {
      throw new ArgumentError(`ModuleDict: modules must be an object from name to module, got ${describe(modules)}`);
    }
    const iterable = typeof (modules as Partial<Iterable<unknown>>)[Symbol.iterator] === 'function';
    const entries = iterable ? [...(modules as Iterable<readonly [string, M]>)] : Object.entries(modules);
    for (const entry of entries) {
      if (!Array.isArray(entry)) {
        throw new ArgumentError(`ModuleDict: modules must hold pairs of name and module, got ${describe(entry)}`);
      }
      this.set(entry[0], entry[1]);
    }
    return this;
  }

  keys(): IterableIterator<string> {
    return this.#members.keys();
  }

  values(): IterableIterator<M> {
    return this.#members.values();
  }

  entries(): IterableIterator<[string, M]> {
    return this.#members.entries();
  }

  [Symbol.iterator](): IterableIterator<[string, M]> {
    return this.entries();
  }
}

markOwnClass(ModuleDict);

/** A list of parameters that are the owner's. Tensors given to it become parameters. */
export class ParameterList extends Module {
  [index: number]: Parameter;

  constructor(parameters: Iterable<Tensor> = []) {
    super();
    if (typeof parameters !== 'object' || typeof parameters?.[Symbol.iterator] !== 'function') {
      throw new ArgumentError(`ParameterList: parameters must be a list of tensors, got ${describe(parameters)}`);
    }
    for (const parameter of parameters) this.append(parameter);
  }

  forward(): never {
    throw new ArgumentError('ParameterList: has no forward; use its members');
  }

  private items(): Parameter[] {
    return this.ownParameters().map(([, parameter]) => parameter);
  }

  get length(): number {
    return this.items().length;
  }

  /** The parameter at a position, which may count from the end. */
  at(index: number): Parameter {
    const parameters = this.items();
    return parameters[place('ParameterList.at', index, parameters.length)];
  }

  append(parameter: Tensor): this {
    const { length } = this;
    if (!(parameter instanceof Tensor)) {
      throw new ArgumentError(`ParameterList: parameter ${length} must be a Tensor, got ${describe(parameter)}`);
    }
    this[length] = parameter instanceof Parameter ? parameter : new Parameter(parameter);
    return this;
  }

  override extraRepr(): string {
    return this.items()
      .map((p, i) => `  (${i}): Parameter containing: [torch.${p.dtype} of size ${p.shape.join('x')}]`)
      .join('\n');
  }

  [Symbol.iterator](): Iterator<Parameter> {
    return this.items()[Symbol.iterator]();
  }
}
