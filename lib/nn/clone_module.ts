import { copyInto } from '../calls/copy.js';
import { ArgumentError, describe } from '../errors.js';
import { contiguousStrides } from '../tensor/shape.js';
import { Storage } from '../tensor/storage.js';
import { Tensor } from '../tensor/tensor.js';
import { ModuleDict, Sequential } from './containers.js';
import { Module } from './module.js';
import { Parameter } from './parameter.js';
import { copyWeightNorms } from './weight_norm.js';

type ModuleConstructor = new () => Module;

/** A tensor with the same values in memory of its own: a leaf. */
function cloneTensor(x: Tensor): Tensor {
  const out = new Tensor(Storage.lasting(x.dtype, x.numel), x.shape, contiguousStrides(x.shape), 0);
  copyInto(out, x);
  return x instanceof Parameter ? new Parameter(out, { requiresGrad: x.requiresGrad }) : out;
}

/** An instance of the module's class, made by the constructor of the nearest class whose members are private. */
function emptyInstance(module: Module): Module {
  const base = [Sequential, ModuleDict].find((container) => module instanceof container) ?? Module;
  return Reflect.construct(base as unknown as ModuleConstructor, [], module.constructor as ModuleConstructor) as Module;
}

/** Copies of what one module holds; a member that appears twice is copied once. */
class Cloner {
  private readonly copies = new Map<unknown, unknown>();

  private once<V>(value: V, make: () => V): V {
    if (!this.copies.has(value)) this.copies.set(value, make());
    return this.copies.get(value) as V;
  }

  clone<M extends Module>(module: M): M {
    return this.once<Module>(module, () => this.cloneNew(module)) as M;
  }

  private cloneNew(module: Module): Module {
    const copy = emptyInstance(module);
    this.copies.set(module, copy);
    if (module instanceof Sequential) {
      const sequence = copy as unknown as { add(name: string, module: Module): void };
      for (const [name, child] of module.ownModules()) sequence.add(name, this.clone(child));
    } else if (module instanceof ModuleDict) {
      for (const [name, child] of module.ownModules()) (copy as ModuleDict).set(name, this.clone(child));
    }
    const persistent = new Map(module.ownBuffers({ persistentOnly: true }));
    const buffers = new Map(module.ownBuffers());
    const members = copy as unknown as Record<string, unknown>;
    for (const [name, value] of Object.entries(module)) {
      if (buffers.has(name)) {
        const buffer = this.once(value as Tensor, () => cloneTensor(value as Tensor));
        copy.registerBuffer(name, buffer, { persistent: persistent.has(name) });
      } else if (value instanceof Module) {
        members[name] = this.clone(value);
      } else if (value instanceof Tensor) {
        members[name] = this.once(value, () => cloneTensor(value));
      } else {
        members[name] = Array.isArray(value) ? value.slice() : value;
      }
    }
    copyWeightNorms(module, copy);
    return copy;
  }
}

/**
 * A copy of a module with parameters, buffers and submodules of its own, as Python's `copy.deepcopy`: same class, same
 * values, no gradients. Members that are shared inside the module are shared inside the copy. Other properties are
 * taken over as they are; `#private` fields of your own classes can't be reached and stay unset.
 */
export function cloneModule<M extends Module>(module: M): M {
  if (!(module instanceof Module)) {
    throw new ArgumentError(`cloneModule: module must be a Module, got ${describe(module)}`);
  }
  return new Cloner().clone(module);
}
