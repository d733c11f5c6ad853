import { ArgumentError, describe, ValueError } from '../errors.js';
import { nearest } from '../options.js';
import { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';
import { Parameter } from './parameter.js';

/** Parameters by name, as an object or as pairs. */
export type NamedParameters = Readonly<Record<string, Tensor>> | Iterable<readonly [string, Tensor]>;

/**
 * Parameters by name, which are the owner's, as `torch.nn.ParameterDict`; tensors become parameters. Names are properties:
 * `dict.get('bias')`. It has no `forward`.
 */
export class ParameterDict extends Module {
  constructor(parameters: NamedParameters = {}) {
    super();
    this.update(parameters);
  }

  forward(): never {
    throw new ArgumentError('ParameterDict: has no forward; use its members');
  }

  private members(): Map<string, Parameter> {
    return new Map(this.ownParameters());
  }

  get size(): number {
    return this.members().size;
  }

  has(name: string): boolean {
    return this.members().has(name);
  }

  /** @throws ValueError when there is no parameter of that name. */
  get(name: string): Parameter {
    const members = this.members();
    const parameter = members.get(name);
    if (parameter !== undefined) return parameter;
    const names = [...members.keys()];
    const close = typeof name === 'string' ? nearest(name, names) : null;
    const hint = close === null ? `it has ${names.join(', ') || 'none'}` : `did you mean '${close}'?`;
    throw new ValueError(`ParameterDict.get: no parameter ${describe(name)}; ${hint}`);
  }

  /** Adds or replaces a parameter. @throws ValueError for a name that a property of the dict has. */
  set(name: string, parameter: Tensor): this {
    if (!(parameter instanceof Tensor)) {
      throw new ArgumentError(`ParameterDict.set: the value must be a Tensor, got ${describe(parameter)}`);
    }
    this.registerParameter(name, parameter instanceof Parameter ? parameter : new Parameter(parameter));
    return this;
  }

  /** Removes a parameter; false when there was none of that name. */
  delete(name: string): boolean {
    return this.has(name) && Reflect.deleteProperty(this, name);
  }

  /** Adds or replaces parameters. */
  update(parameters: NamedParameters): this {
    if (typeof parameters !== 'object' || parameters === null || parameters instanceof Tensor) {
      throw new ArgumentError(
        `ParameterDict: parameters must be an object from name to tensor, got ${describe(parameters)}`,
      );
    }
    const iterable = typeof (parameters as Partial<Iterable<unknown>>)[Symbol.iterator] === 'function';
    const entries = iterable ? [...(parameters as Iterable<readonly [string, Tensor]>)] : Object.entries(parameters);
    for (const entry of entries) {
      if (!Array.isArray(entry)) {
        throw new ArgumentError(`ParameterDict: parameters must hold pairs of name and tensor, got ${describe(entry)}`);
      }
      this.set(entry[0], entry[1]);
    }
    return this;
  }

  keys(): IterableIterator<string> {
    return this.members().keys();
  }

  values(): IterableIterator<Parameter> {
    return this.members().values();
  }

  entries(): IterableIterator<[string, Parameter]> {
    return this.members().entries();
  }

  [Symbol.iterator](): IterableIterator<[string, Parameter]> {
    return this.entries();
  }

  override extraRepr(): string {
    return [...this.entries()]
      .map(([name, p]) => `  (${name}): Parameter containing: [torch.${p.dtype} of size ${p.shape.join('x')}]`)
      .join('\n');
  }
}
