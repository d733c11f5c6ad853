import { enableGrad, noGrad } from '../autograd/mode.js';
import { RowSparse } from '../autograd/row_sparse.js';
import { ArgumentError, DTypeError, describe, ShapeError, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { contiguousStrides, formatShape, sameShape } from '../tensor/shape.js';
import { Storage } from '../tensor/storage.js';
import { Tensor } from '../tensor/tensor.js';
import { exportState, importState, type OptimizerStateDict } from './optimizer_state.js';

/** Parameters that share options: the optimizer's own, except where the group gives its own. */
export type ParamGroup<O extends object> = { params: Tensor[] } & Required<O> & { [extra: string]: unknown };

/** A group as its maker writes it: parameters, and the options that differ from the optimizer's. */
export type ParamGroupInput<O extends object> = { params: Iterable<Tensor> | Tensor } & Partial<O>;

/** What an optimizer is made from: parameters, as from `model.parameters()`, or groups of them. */
export type ParamsInput<O extends object> = Iterable<Tensor> | Iterable<ParamGroupInput<O>>;

/** One parameter's state, by PyTorch's names: `step`, `exp_avg`, … */
export type ParamState = { [name: string]: Tensor | number };

/**
 * The base of all optimizers: groups of parameters with their options, and a state for each parameter.
 *
 * `step()` reads every parameter's `grad` and updates the parameter in place; parameters without one are left alone.
 * Row-sparse gradients are taken by every optimizer; each says what it does with them.
 */
export abstract class Optimizer<O extends object = object> {
  readonly paramGroups: ParamGroup<O>[] = [];
  /** The state of each parameter that has one. */
  readonly state = new Map<Tensor, ParamState>();
  readonly defaults: Required<O>;
  /** How often `step()` ran; schedulers warn when theirs comes first. */
  stepsTaken = 0;

  /**
   * @throws ArgumentError when there are no parameters, a parameter is no tensor or occurs twice; OptionError for an
   * option that does not exist; ValueError for one out of range.
   */
  protected constructor(params: ParamsInput<O>, options: Partial<O> | undefined, defaults: Required<O>) {
    const given = checkOptions(this.name, options, Object.keys(defaults));
    this.defaults = { ...defaults, ...definedOnly(given) };
    this.checkGroup(this.defaults);
    for (const group of groupsOf(this.name, params)) this.addParamGroup(group as ParamGroupInput<O>);
    if (this.paramGroups.length === 0) throw new ArgumentError(`${this.name}: got an empty list of parameters`);
  }

  /** The class's name, for messages. */
  get name(): string {
    return this.constructor.name;
  }

  /** Checks a group's options. @throws ValueError naming the option. */
  protected abstract checkGroup(options: Required<O>): void;

  /** Refuses a gradient that this optimizer can't take; called for every gradient before any parameter is touched. */
  protected checkUpdate(_gradient: Tensor): void {}

  /** Updates one parameter in place. */
  protected abstract update(parameter: Tensor, gradient: Tensor, group: ParamGroup<O>): void;

  /** Called for every parameter as it is added; makes the state that exists before the first step. */
  protected initialise(_parameter: Tensor, _group: ParamGroup<O>): void {}

  /** Adds parameters with options of their own, as when layers are unfrozen during training. */
  addParamGroup(group: ParamGroupInput<O>): void {
    if (typeof group !== 'object' || group === null || group.params === undefined) {
      throw new ArgumentError(
        `${this.name}.addParamGroup: group must be an object with params, got ${describe(group)}`,
      );
    }
    const { params: given, ...options } = group;
    checkOptions(`${this.name}.addParamGroup`, options, [...Object.keys(this.defaults), 'initialLr']);
    const params = given instanceof Tensor ? [given] : [...given];
    const known = new Set<Tensor>(this.paramGroups.flatMap((g) => g.params));
    for (const [i, parameter] of params.entries()) {
      this.checkParameter(parameter, i, known);
      known.add(parameter);
    }
    const complete = { ...this.defaults, ...definedOnly(options), params } as unknown as ParamGroup<O>;
    this.checkGroup(complete);
    this.paramGroups.push(complete);
    for (const parameter of params) this.initialise(parameter, complete);
  }

  private checkParameter(parameter: unknown, i: number, known: ReadonlySet<Tensor>): void {
    const where = `${this.name}: params[${i}]`;
    if (!(parameter instanceof Tensor))
      throw new ArgumentError(`${where} must be a Tensor, got ${describe(parameter)}`);
    if (!parameter.isLeaf) {
      throw new ArgumentError(`${where} is the result of ${parameter.gradFn?.name}; only leaves can be optimized`);
    }
    if (parameter.dtype !== 'float32' && parameter.dtype !== 'float64') {
      throw new DTypeError(`${where} must be float32 or float64, got ${parameter.dtype}`);
    }
    if (known.has(parameter)) {
      throw new ArgumentError(`${where} of shape ${formatShape(parameter.shape)} was given before`);
    }
  }

  /**
   * Makes all gradients null, or with `setToNone: false` zero.
   * With null, `step` leaves a parameter alone until it gets a gradient again.
   */
  zeroGrad(options?: { setToNone?: boolean }): void {
    const setToNone = options === undefined ? true : this.readSetToNone(options);
    for (const { params } of this.paramGroups) {
      for (const parameter of params) {
        const grad = parameter.heldGrad;
        if (grad === null) continue;
        if (setToNone || grad instanceof RowSparse) parameter.clearGrad();
        else zeroInPlace(grad);
      }
    }
  }

  private readSetToNone(options: { setToNone?: boolean }): boolean {
    const { setToNone = true } = checkOptions(`${this.name}.zeroGrad`, options, ['setToNone']);
    return setToNone;
  }

  /**
   * Updates every parameter that has a gradient.
   * @param closure computes the loss again with its gradients; its result is returned.
   */
  step(): undefined;
  step<T>(closure: () => T): T;
  step<T>(closure?: () => T): T | undefined {
    const loss = closure === undefined ? undefined : enableGrad(closure);
    this.stepsTaken++;
    for (const { params } of this.paramGroups) for (const parameter of params) this.checkGradient(parameter);
    noGrad(() => {
      for (const group of this.paramGroups) {
        for (const parameter of group.params) {
          if (parameter.heldGrad !== null) this.update(parameter, parameter.heldGrad, group);
        }
      }
    });
    return loss;
  }

  private checkGradient(parameter: Tensor): void {
    const grad = parameter.heldGrad;
    if (grad === null) return;
    if (!(grad instanceof Tensor)) {
      throw new ArgumentError(`${this.name}.step: grad must be a Tensor or null, got ${describe(grad)}`);
    }
    if (!sameShape(grad.shape, parameter.shape)) {
      throw new ShapeError(
        `${this.name}.step: grad has shape ${formatShape(grad.shape)}, its parameter ${formatShape(parameter.shape)}`,
      );
    }
    if (grad.dtype !== parameter.dtype) {
      throw new DTypeError(`${this.name}.step: grad is ${grad.dtype}, its parameter ${parameter.dtype}`);
    }
    this.checkUpdate(grad);
  }

  /** Everything but the parameters, in PyTorch's form and by PyTorch's names; tensors are not copied. */
  stateDict(): OptimizerStateDict {
    return exportState(this.paramGroups, this.state, this.stepAsTensor);
  }

  /**
   * Takes over a state dict of an optimizer with the same groups; tensors are copied.
   * @throws StateDictError listing everything that is missing or does not fit, before anything is changed.
   */
  loadStateDict(state: OptimizerStateDict): void {
    const checkGroup = (options: object) => this.checkGroup(options as Required<O>);
    const rules = { name: this.name, needed: this.stateNames, checkGroup };
    importState(rules, state, this.paramGroups, this.state);
  }

  /** What every state of this optimizer holds, by PyTorch's names. */
  protected get stateNames(): readonly string[] {
    return [];
  }

  /** PyTorch keeps most optimizers' step counts in 0-d tensors, and so do their state dicts. */
  protected get stepAsTensor(): boolean {
    return true;
  }

  toString(): string {
    const lines = this.paramGroups.map((group, i) => {
      const options = Object.entries(group)
        .filter(([key]) => key !== 'params')
        .map(([key, value]) => `    ${key}: ${Array.isArray(value) ? `[${value.join(', ')}]` : String(value)}`)
        .sort();
      return [`  Parameter Group ${i}`, ...options].join('\n');
    });
    return [`${this.name} (`, ...lines, ')'].join('\n');
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/** Options that were given: undefined means the default, as for JavaScript's own parameters. */
function definedOnly<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}

function zeroInPlace(t: Tensor): void {
  const { array } = t.storage;
  if (t.isContiguous()) array.fill(0, t.offset, t.offset + t.numel);
  else throw new ShapeError('zeroGrad: grad is not contiguous; use setToNone');
  t.storage.version++;
}

/** Parameters in one group, or the groups as they are. */
function groupsOf(op: string, params: unknown): object[] {
  if (params instanceof Tensor) {
    throw new ArgumentError(`${op}: params must be an iterable of tensors or groups, got one tensor; pass [tensor]`);
  }
  if (typeof params !== 'object' || params === null || !(Symbol.iterator in params)) {
    throw new ArgumentError(`${op}: params must be an iterable of tensors or groups, got ${describe(params)}`);
  }
  const items = [...(params as Iterable<unknown>)];
  if (items.length === 0) return [];
  const isGroup = (item: unknown) => typeof item === 'object' && item !== null && !(item instanceof Tensor);
  if (items.every(isGroup)) return items as object[];
  return [{ params: items }];
}

/** A zeroed tensor of a parameter's shape and dtype, for its state. */
export function stateLike(parameter: Tensor, value = 0): Tensor {
  const storage = Storage.lasting(parameter.dtype, parameter.numel);
  if (value !== 0) storage.array.fill(value);
  return new Tensor(storage, parameter.shape, contiguousStrides(parameter.shape), 0);
}

/** @throws ValueError unless the option is a number for which `holds`. */
export function checkNumberOption(
  op: string,
  name: string,
  value: unknown,
  expected: string,
  holds: (x: number) => boolean,
): void {
  if (typeof value === 'number' && holds(value)) return;
  throw new ValueError(`${op}: ${name} must be ${expected}, got ${describe(value)}`);
}

export function checkNonNegative(op: string, options: object, names: readonly string[]): void {
  for (const name of names) {
    const value = (options as { [name: string]: unknown })[name];
    checkNumberOption(op, name, value, 'a number of at least 0', (x) => x >= 0);
  }
}

export function checkFlags(op: string, options: object, names: readonly string[]): void {
  for (const name of names) {
    const value = (options as { [name: string]: unknown })[name];
    if (typeof value !== 'boolean')
      throw new ArgumentError(`${op}: ${name} must be true or false, got ${describe(value)}`);
  }
}

/** @throws ValueError unless betas are two numbers from 0 to below 1. */
export function checkBetas(op: string, betas: unknown): void {
  const fits = (beta: unknown) => typeof beta === 'number' && beta >= 0 && beta < 1;
  if (Array.isArray(betas) && betas.length === 2 && betas.every(fits)) return;
  throw new ValueError(`${op}: betas must be two numbers from 0 to below 1, got ${describe(betas)}`);
}
