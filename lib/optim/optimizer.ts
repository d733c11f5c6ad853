import { knowTrained } from '../autograd/known_leaves.js';
import { enableGrad, noGrad } from '../autograd/mode.js';
import { RowSparse } from '../autograd/row_sparse.js';
import { ArgumentError, DTypeError, describe, ShapeError, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { contiguousStrides, formatShape, sameShape } from '../tensor/shape.js';
import { Storage } from '../tensor/storage.js';
import { Tensor } from '../tensor/tensor.js';
import { exportState, importState, type OptimizerStateDict } from './optimizer_state.js';
import { groupsOf, type Parameters, readParameters } from './parameters.js';
import { numberFrom, type StateLayout, type StateValue } from './state_entries.js';

/** Options as an optimizer keeps them: all set, and a rate that was given as a tensor as its number. */
export type Settled<O extends object> = { [Option in keyof O]-?: Exclude<O[Option], Tensor | undefined> };

/**
 * Parameters that share options: the optimizer's own, except where the group gives its own. With their names, if they
 * were given with them.
 */
export type ParamGroup<O extends object> = { params: Tensor[]; paramNames?: string[] } & Settled<O> & {
    [extra: string]: unknown;
  };

/** A group as its maker writes it: parameters, and the options that differ from the optimizer's. */
export type ParamGroupInput<O extends object> = { params: Parameters | Tensor } & Partial<O>;

/** What an optimizer is made from: parameters, as from `model.parameters()` or `namedParameters()`, or groups of them. */
export type ParamsInput<O extends object> = Parameters | Iterable<ParamGroupInput<O>>;

/** One parameter's state, by PyTorch's names: `step`, `exp_avg`, … */
export type ParamState = { [name: string]: StateValue };

export interface StateDictOptions {
  /** Share the optimizer's memory and always show what it is now, instead of what it was at the call. Default false. */
  live?: boolean;
}

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
  readonly defaults: Settled<O>;
  /** How often `step()` ran; schedulers warn when theirs comes first. */
  stepsTaken = 0;

  /**
   * @throws ArgumentError when there are no parameters, a parameter is no tensor or occurs twice; OptionError for an
   * option that does not exist; ValueError for one out of range.
   */
  protected constructor(params: ParamsInput<O>, options: Partial<O> | undefined, defaults: Settled<O>) {
    if (new.target === (Optimizer as unknown)) {
      throw new ArgumentError(
        'Optimizer: is what optimizers extend; make one of them, such as new optim.Adam(parameters)',
      );
    }
    const given = checkOptions(this.name, options, Object.keys(defaults));
    this.defaults = { ...defaults, ...settled(this.name, given) };
    this.checkGroup(this.defaults);
    for (const group of groupsOf(this.name, params)) this.addParamGroup(group as ParamGroupInput<O>);
    if (this.paramGroups.length === 0) throw new ArgumentError(`${this.name}: got an empty list of parameters`);
  }

  /** The class's name, for messages. */
  get name(): string {
    return this.constructor.name;
  }

  /** Checks a group's options. @throws ValueError naming the option. */
  protected abstract checkGroup(options: Settled<O>): void;

  /** Refuses a gradient that this optimizer can't take; called for every gradient before any parameter is touched. */
  protected checkUpdate(_gradient: Tensor): void {}

  /** Updates one parameter in place. */
  protected abstract update(parameter: Tensor, gradient: Tensor, group: ParamGroup<O>): void;

  /** Refuses parameters that this optimizer can't take, before their group is added. */
  protected checkParameters(_group: ParamGroup<O>): void {}

  /** Called for every parameter as it is added; makes the state that exists before the first step. */
  protected initialise(_parameter: Tensor, _group: ParamGroup<O>): void {}

  /** A parameter's state, which `begin` makes at its first step. */
  protected stateOf(parameter: Tensor, begin: () => ParamState): ParamState {
    let state = this.state.get(parameter);
    if (state === undefined) {
      state = begin();
      this.state.set(parameter, state);
    }
    return state;
  }

  /** Adds parameters with options of their own, as when layers are unfrozen during training. */
  addParamGroup(group: ParamGroupInput<O>): void {
    if (typeof group !== 'object' || group === null || group.params === undefined) {
      throw new ArgumentError(
        `${this.name}.addParamGroup: group must be an object with params, got ${describe(group)}`,
      );
    }
    const op = `${this.name}.addParamGroup`;
    const { params: given, ...options } = group;
    checkOptions(op, options, [...Object.keys(this.defaults), 'initialLr']);
    const known = new Set<Tensor>(this.paramGroups.flatMap((g) => g.params));
    const { params, names } = readParameters(this.name, given, known);
    const others = this.paramGroups.some((g) => g.paramNames !== undefined);
    if (this.paramGroups.length > 0 && others !== (names !== null)) {
      const [have, lack] = others ? ['have', 'lacks'] : ['lack', 'has'];
      throw new ArgumentError(`${op}: the groups before ${have} names for their parameters, this one ${lack} them`);
    }
    const complete = { ...this.defaults, ...settled(op, options), params } as unknown as ParamGroup<O>;
    if (names !== null) complete.paramNames = names;
    this.checkGroup(complete);
    this.checkParameters(complete);
    this.paramGroups.push(complete);
    for (const parameter of params) {
      knowTrained(parameter);
      this.initialise(parameter, complete);
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
   * @throws ArgumentError when `closure` is no function; ShapeError, DTypeError for a gradient that does not fit;
   * ValueError for a rate that is not finite. Nothing is changed then.
   */
  step(): undefined;
  step<T>(closure: () => T): T;
  step<T>(closure?: () => T): T | undefined {
    this.checkClosure(closure);
    const loss = closure === undefined ? undefined : enableGrad(closure);
    for (const group of this.paramGroups) {
      this.checkRate(group);
      for (const parameter of group.params) this.checkGradient(parameter);
    }
    this.stepsTaken++;
    noGrad(() => {
      for (const group of this.paramGroups) {
        for (const parameter of group.params) {
          if (parameter.heldGrad !== null) this.update(parameter, parameter.heldGrad, group);
        }
      }
    });
    return loss;
  }

  protected checkClosure(closure: unknown): void {
    if (closure === undefined || typeof closure === 'function') return;
    throw new ArgumentError(`${this.name}.step: closure must be a function, got ${describe(closure)}`);
  }

  /** Rates can be assigned at any time: a tensor is read here, and what is no finite number is refused. */
  protected checkRate(group: { [option: string]: unknown }): void {
    if (typeof group.lr === 'number' && Number.isFinite(group.lr)) return;
    if (!('lr' in group)) return;
    const rate = rateFrom(`${this.name}.step`, group.lr);
    checkNumberOption(`${this.name}.step`, 'lr', rate, 'a finite number', Number.isFinite);
    group.lr = rate;
  }

  /** @throws ShapeError, DTypeError for a gradient that does not fit its parameter. */
  protected checkGradient(parameter: Tensor): void {
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

  /**
   * Everything but the parameters, in PyTorch's form and by PyTorch's names: a snapshot, to which `loadStateDict` can
   * go back at any time. It is a copy of the whole state, for Adam two numbers per weight. With `{ live: true }` nothing
   * is copied: whenever it is read the dict shows the optimizer as it is then, and its tensors are the optimizer's own,
   * which is enough for a dict that is saved at once. (PyTorch's dict is in between: live tensors, options of the call.)
   */
  stateDict(options?: StateDictOptions): OptimizerStateDict {
    const op = `${this.name}.stateDict`;
    const { live = false } = checkOptions(op, options, ['live']);
    checkFlags(op, { live }, ['live']);
    const read = (copied: boolean) => exportState(this.paramGroups, this.state, this.stateLayout, copied);
    if (!live) return read(true);
    return {
      get state() {
        return read(false).state;
      },
      get param_groups() {
        return read(false).param_groups;
      },
    };
  }

  /**
   * Takes over a state dict of an optimizer of the same kind with the same groups; tensors are copied.
   * @throws StateDictError listing everything that is missing, does not fit or is another optimizer's, before anything
   * is changed.
   */
  loadStateDict(state: OptimizerStateDict): void {
    const rules = {
      name: this.name,
      layout: this.stateLayout,
      options: Object.keys(this.defaults),
      fixed: this.fixedOptions,
      checkGroup: (options: object) => this.checkGroup(options as Settled<O>),
    };
    importState(rules, state, this.paramGroups, this.state);
  }

  /** What a parameter's state holds, by PyTorch's names; null where an optimizer does not say. */
  protected get stateLayout(): StateLayout | null {
    return null;
  }

  /** Options of PyTorch's state dicts that are no options here, with the only value that fits. */
  protected get fixedOptions(): { readonly [option: string]: unknown } {
    return {};
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

/** A rate given as a number or as a tensor with one element; anything else is left to the option's check. */
function rateFrom(op: string, value: unknown): unknown {
  if (value instanceof Tensor && (value.isSparse || value.numel !== 1)) {
    throw new ValueError(
      `${op}: lr must be a number or a tensor with one element, got shape ${formatShape(value.shape)}`,
    );
  }
  return numberFrom(value);
}

/** Options that were given, a rate as its number. */
function settled<O extends object>(op: string, options: O): Partial<Settled<O>> {
  const given = definedOnly(options) as { lr?: unknown };
  return ('lr' in given ? { ...given, lr: rateFrom(op, given.lr) } : given) as Partial<Settled<O>>;
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
    checkNumberOption(op, name, value, 'a finite number of at least 0', (x) => x >= 0 && Number.isFinite(x));
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
