import { RemovableHandle } from '../autograd/removable_handle.js';
import { ArgumentError, describe } from '../errors.js';
import { checkOptions } from '../options.js';
import { type BackwardHooks, HookedCall, type HookGradients } from './backward_hooks.js';

export type { HookGradients };
export { RemovableHandle };

/** What the hooks need of a module, whose class is not known here. */
interface Hooked {
  typeName(): string;
  // biome-ignore lint/suspicious/noExplicitAny: every module has its own signature.
  forward(...inputs: any[]): any;
}

/** The options object at the end of `forward`'s arguments; empty where there is none. */
export type ForwardOptions = Readonly<Record<string, unknown>>;

/**
 * Called before `forward` with its arguments; may return other arguments (a list, or one that is no list). With `withKwargs`
 * it gets the options object apart, and returns both anew: `[inputs, options]`.
 */
export type ForwardPreHook<M> = (module: M, inputs: readonly unknown[], options: ForwardOptions) => unknown;
/**
 * Called after `forward` with its arguments and what it returned; may return something else. With `withKwargs` the options
 * object comes third, and the output last.
 */
export type ForwardHook<M> = (
  module: M,
  inputs: readonly unknown[],
  outputOrOptions: unknown,
  output?: unknown,
) => unknown;
/** Called in backward when the gradients of the outputs are known; may return others. */
export type FullBackwardPreHook<M> = (module: M, gradOutput: HookGradients) => unknown;
/** Called in backward when the gradients of the inputs are known; may return others for them. */
export type FullBackwardHook<M> = (module: M, gradInput: HookGradients, gradOutput: HookGradients) => unknown;

export interface HookOptions {
  /** Put the hook before those that are registered already. Default false: behind them. */
  prepend?: boolean;
}

export interface ForwardPreHookOptions extends HookOptions {
  /**
   * Call the hook with the arguments of `forward` and its options object apart, which is PyTorch's `with_kwargs`. Default
   * false: an options object is the last of the arguments.
   */
  withKwargs?: boolean;
}

export interface ForwardHookOptions extends ForwardPreHookOptions {
  /** Call the hook also when `forward` or a hook before it throws; the output is undefined then. Default false. */
  alwaysCall?: boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: a list of hooks of one kind.
type AnyHook = (...args: any[]) => any;

interface Entry {
  readonly hook: AnyHook;
  readonly alwaysCall: boolean;
  readonly withKwargs: boolean;
}

type Kind = 'forwardPre' | 'forward' | 'backwardPre' | 'backward';

/**
 * The hooks of one module. While there are any, the module has a `forward` of its own that calls them; without, a call
 * costs what it always did.
 */
class ModuleHooks {
  private readonly module: Hooked;
  private readonly lists: Record<Kind, Entry[]> = { forwardPre: [], forward: [], backwardPre: [], backward: [] };
  /** What `forward` the module had as a property, if any. */
  private readonly own: PropertyDescriptor | undefined;

  constructor(module: Hooked) {
    this.module = module;
    this.own = Object.getOwnPropertyDescriptor(module, 'forward');
    Object.defineProperty(module, 'forward', {
      value: (...inputs: unknown[]) => this.call(inputs),
      enumerable: false,
      configurable: true,
      writable: true,
    });
  }

  add(kind: Kind, entry: Entry, prepend: boolean): RemovableHandle {
    const list = this.lists[kind];
    if (prepend) list.unshift(entry);
    else list.push(entry);
    return new RemovableHandle(() => {
      const at = list.indexOf(entry);
      if (at < 0) return;
      list.splice(at, 1);
      if (Object.values(this.lists).every((rest) => rest.length === 0)) this.leave();
    });
  }

  private leave(): void {
    const { module } = this;
    if (hooksOf.get(module) !== this) return;
    hooksOf.delete(module);
    if (this.own !== undefined) Object.defineProperty(module, 'forward', this.own);
    else delete (module as { forward?: unknown }).forward;
  }

  private original(): AnyHook {
    if (this.own !== undefined) return this.own.value as AnyHook;
    return (Object.getPrototypeOf(this.module) as Hooked).forward;
  }

  private call(given: readonly unknown[]): unknown {
    const { module } = this;
    // Hooks may remove themselves, or add others, which are called next time.
    const after = [...this.lists.forward];
    const called = new Set<Entry>();
    let inputs = given;
    try {
      for (const entry of [...this.lists.forwardPre]) inputs = before(entry, module, inputs);
      const watch = this.watch();
      if (watch !== null) inputs = watch.takeInputs(inputs);
      let output: unknown = this.original().apply(module, inputs as unknown[]);
      for (const entry of after) {
        called.add(entry);
        const other = behind(entry, module, inputs, output);
        if (other !== undefined && other !== null) output = other;
      }
      return watch === null ? output : watch.giveOutput(output);
    } catch (error) {
      for (const entry of after) if (entry.alwaysCall && !called.has(entry)) callAnyway(entry, module, inputs);
      throw error;
    }
  }

  private watch(): HookedCall | null {
    const { backwardPre, backward } = this.lists;
    if (backwardPre.length + backward.length === 0) return null;
    const { module } = this;
    const hooks: BackwardHooks = {
      before: backwardPre.map(
        ({ hook }) =>
          (gradOutput) =>
            hook(module, gradOutput),
      ),
      after: backward.map(
        ({ hook }) =>
          (gradInput, gradOutput) =>
            hook(module, gradInput, gradOutput),
      ),
    };
    return new HookedCall(module.typeName(), hooks);
  }
}

function isOptions(value: unknown): value is ForwardOptions {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** The arguments of `forward`, and the options object at their end. */
function apart(inputs: readonly unknown[]): [inputs: readonly unknown[], options: ForwardOptions] {
  const last = inputs[inputs.length - 1];
  return isOptions(last) ? [inputs.slice(0, -1), last] : [inputs, {}];
}

/** Calls a hook before `forward`, and says with which arguments to go on. */
function before({ hook, withKwargs }: Entry, module: Hooked, inputs: readonly unknown[]): readonly unknown[] {
  if (!withKwargs) {
    const other: unknown = hook(module, inputs);
    if (other === undefined || other === null) return inputs;
    return Array.isArray(other) ? other : [other];
  }
  const other: unknown = hook(module, ...apart(inputs));
  if (other === undefined || other === null) return inputs;
  const [given, options] = Array.isArray(other) ? (other as unknown[]) : [];
  if (!Array.isArray(other) || other.length !== 2 || !Array.isArray(given) || !isOptions(options)) {
    throw new ArgumentError(
      `${module.typeName()}: a forward pre-hook with withKwargs must return nothing or [inputs, options], got ${describe(other)}`,
    );
  }
  return Object.keys(options).length > 0 ? [...given, options] : given;
}

/** Calls a hook behind `forward`. */
function behind({ hook, withKwargs }: Entry, module: Hooked, inputs: readonly unknown[], output: unknown): unknown {
  return withKwargs ? hook(module, ...apart(inputs), output) : hook(module, inputs, output);
}

/** Calls a hook after something failed; an error of its own must not hide the first one. */
function callAnyway(entry: Entry, module: Hooked, inputs: readonly unknown[]): void {
  try {
    behind(entry, module, inputs, undefined);
  } catch (error) {
    process.emitWarning(`a forward hook with alwaysCall threw after forward had failed: ${describeError(error)}`, {
      type: 'LutraWarning',
      code: 'LUTRA_HOOK_FAILED',
    });
  }
}

function describeError(error: unknown): string {
  return error instanceof Error ? error.message : describe(error);
}

const hooksOf = new WeakMap<Hooked, ModuleHooks>();

/** Adds a hook to a module. @throws ArgumentError unless it is a function. */
function addHook(
  op: string,
  module: Hooked,
  kind: Kind,
  hook: unknown,
  { prepend = false, alwaysCall = false, withKwargs = false }: ForwardHookOptions,
): RemovableHandle {
  if (typeof hook !== 'function') throw new ArgumentError(`${op}: hook must be a function, got ${describe(hook)}`);
  for (const [name, value] of Object.entries({ prepend, alwaysCall, withKwargs })) {
    if (typeof value !== 'boolean') {
      throw new ArgumentError(`${op}: ${name} must be true or false, got ${describe(value)}`);
    }
  }
  let hooks = hooksOf.get(module);
  if (hooks === undefined) {
    hooks = new ModuleHooks(module);
    hooksOf.set(module, hooks);
  }
  return hooks.add(kind, { hook: hook as AnyHook, alwaysCall, withKwargs }, prepend);
}

/** The part of a module that hooks hang on. */
export abstract class HookableModule {
  abstract typeName(): string;
  // biome-ignore lint/suspicious/noExplicitAny: every module has its own signature.
  abstract forward(...inputs: any[]): any;

  /**
   * Calls `hook(module, inputs)` before every `forward`, `inputs` being its arguments. What the hook returns takes their
   * place: a list of arguments, or a single one; nothing leaves them. With `withKwargs` the hook is called with
   * `(module, inputs, options)` and returns `[inputs, options]`, or nothing.
   */
  registerForwardPreHook(hook: ForwardPreHook<this>, options?: ForwardPreHookOptions): RemovableHandle {
    const op = 'registerForwardPreHook';
    return addHook(op, this, 'forwardPre', hook, checkOptions(op, options, ['prepend', 'withKwargs']));
  }

  /**
   * Calls `hook(module, inputs, output)` after every `forward`. What the hook returns takes the output's place; nothing
   * leaves it. With `withKwargs` the hook is called with `(module, inputs, options, output)`.
   */
  registerForwardHook(hook: ForwardHook<this>, options?: ForwardHookOptions): RemovableHandle {
    const op = 'registerForwardHook';
    return addHook(op, this, 'forward', hook, checkOptions(op, options, ['prepend', 'alwaysCall', 'withKwargs']));
  }

  /**
   * Calls `hook(module, gradOutput)` in backward, as soon as the gradients of the module's outputs are known. What the hook
   * returns takes their place, a list as long; nothing leaves them.
   */
  registerFullBackwardPreHook(hook: FullBackwardPreHook<this>, options?: HookOptions): RemovableHandle {
    const op = 'registerFullBackwardPreHook';
    return addHook(op, this, 'backwardPre', hook, checkOptions(op, options, ['prepend']));
  }

  /**
   * Calls `hook(module, gradInput, gradOutput)` in backward, when the gradients of the module's inputs are known: lists as
   * long as the arguments and the outputs, null where there is no gradient (for all inputs, when none requires one: then
   * it is called once the outputs' are known). What the hook returns takes the place of `gradInput`; nothing leaves it.
   *
   * As in PyTorch, inputs and outputs are looked at where they are tensors, or the members of one list; tensors deeper inside
   * are not. Don't write into the gradients.
   */
  registerFullBackwardHook(hook: FullBackwardHook<this>, options?: HookOptions): RemovableHandle {
    const op = 'registerFullBackwardHook';
    return addHook(op, this, 'backward', hook, checkOptions(op, options, ['prepend']));
  }
}
