import { ArgumentError, describe } from '../errors.js';
import { checkOptions } from '../options.js';
import { type BackwardHooks, HookedCall, type HookGradients } from './backward_hooks.js';

export type { HookGradients };

/** What the hooks need of a module, whose class is not known here. */
interface Hooked {
  typeName(): string;
  // biome-ignore lint/suspicious/noExplicitAny: every module has its own signature.
  forward(...inputs: any[]): any;
}

/** Called before `forward` with its arguments; may return other arguments (a list, or one that is no list). */
export type ForwardPreHook<M> = (module: M, inputs: readonly unknown[]) => unknown;
/** Called after `forward` with its arguments and what it returned; may return something else. */
export type ForwardHook<M> = (module: M, inputs: readonly unknown[], output: unknown) => unknown;
/** Called in backward when the gradients of the outputs are known; may return others. */
export type FullBackwardPreHook<M> = (module: M, gradOutput: HookGradients) => unknown;
/** Called in backward when the gradients of the inputs are known; may return others for them. */
export type FullBackwardHook<M> = (module: M, gradInput: HookGradients, gradOutput: HookGradients) => unknown;

export interface HookOptions {
  /** Put the hook before those that are registered already. Default false: behind them. */
  prepend?: boolean;
}

export interface ForwardHookOptions extends HookOptions {
  /** Call the hook also when `forward` or a hook before it throws; the output is undefined then. Default false. */
  alwaysCall?: boolean;
}

/** Takes a hook away again. */
export class RemovableHandle {
  readonly #remove: () => void;

  /** @throws ArgumentError unless `remove` is a function */
  constructor(remove: () => void) {
    if (typeof remove !== 'function') {
      throw new ArgumentError(`RemovableHandle: remove must be a function, got ${describe(remove)}`);
    }
    this.#remove = remove;
  }

  /** Removes the hook; a second time does nothing. */
  remove(): void {
    this.#remove();
  }
}

// biome-ignore lint/suspicious/noExplicitAny: a list of hooks of one kind.
type AnyHook = (...args: any[]) => any;

interface Entry {
  readonly hook: AnyHook;
  readonly alwaysCall: boolean;
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
      for (const { hook } of [...this.lists.forwardPre]) {
        const other: unknown = hook(module, inputs);
        if (other !== undefined && other !== null) inputs = Array.isArray(other) ? other : [other];
      }
      const watch = this.watch();
      if (watch !== null) inputs = watch.takeInputs(inputs);
      let output: unknown = this.original().apply(module, inputs as unknown[]);
      for (const entry of after) {
        called.add(entry);
        const other: unknown = entry.hook(module, inputs, output);
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

/** Calls a hook after something failed; an error of its own must not hide the first one. */
function callAnyway({ hook }: Entry, module: Hooked, inputs: readonly unknown[]): void {
  try {
    hook(module, inputs, undefined);
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
  { prepend = false, alwaysCall = false }: ForwardHookOptions,
): RemovableHandle {
  if (typeof hook !== 'function') throw new ArgumentError(`${op}: hook must be a function, got ${describe(hook)}`);
  for (const [name, value] of Object.entries({ prepend, alwaysCall })) {
    if (typeof value !== 'boolean') {
      throw new ArgumentError(`${op}: ${name} must be true or false, got ${describe(value)}`);
    }
  }
  let hooks = hooksOf.get(module);
  if (hooks === undefined) {
    hooks = new ModuleHooks(module);
    hooksOf.set(module, hooks);
  }
  return hooks.add(kind, { hook: hook as AnyHook, alwaysCall }, prepend);
}

/** The part of a module that hooks hang on. */
export abstract class HookableModule {
  abstract typeName(): string;
  // biome-ignore lint/suspicious/noExplicitAny: every module has its own signature.
  abstract forward(...inputs: any[]): any;

  /**
   * Calls `hook(module, inputs)` before every `forward`, `inputs` being its arguments. What the hook returns takes their
   * place: a list of arguments, or a single one; nothing leaves them.
   */
  registerForwardPreHook(hook: ForwardPreHook<this>, options?: HookOptions): RemovableHandle {
    const op = 'registerForwardPreHook';
    return addHook(op, this, 'forwardPre', hook, checkOptions(op, options, ['prepend']));
  }

  /**
   * Calls `hook(module, inputs, output)` after every `forward`. What the hook returns takes the output's place; nothing
   * leaves it.
   */
  registerForwardHook(hook: ForwardHook<this>, options?: ForwardHookOptions): RemovableHandle {
    const op = 'registerForwardHook';
    return addHook(op, this, 'forward', hook, checkOptions(op, options, ['prepend', 'alwaysCall']));
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
