import { kindOfAnyCopy, markClass } from './copies.js';

export { describe, withArticle } from './describe.js';

/**
 * What Lutra throws on bad input. Each is also a `RangeError` or a `TypeError`, as a caller would expect, but for
 * `CorpusError` and `DistributedError`: a corpus, or another rank, may fail for what is no argument's fault.
 */

/** A shape, dimension or size that does not fit. */
export class ShapeError extends RangeError {
  override name = 'ShapeError';
}

/** An index outside its table or dimension. `position` is its flat place in the index tensor, where there is one. */
export class IndexError extends RangeError {
  override name = 'IndexError';
  readonly index: number;
  readonly size: number;
  readonly position: number | undefined;
  constructor(message: string, index: number, size: number, position?: number) {
    super(message);
    this.index = index;
    this.size = size;
    this.position = position;
  }
}

/** A number argument outside what the operation allows. */
export class ValueError extends RangeError {
  override name = 'ValueError';
}

/** A tensor or array of a dtype that the operation does not take. */
export class DTypeError extends TypeError {
  override name = 'DTypeError';
}

/** An argument of the wrong kind, or a missing one. */
export class ArgumentError extends TypeError {
  override name = 'ArgumentError';
}

/** An option name that does not exist. */
export class OptionError extends TypeError {
  override name = 'OptionError';
}

/** A step that the recorded graph does not allow: a second backward, an in-place change of a saved tensor, … */
export class AutogradError extends TypeError {
  override name = 'AutogradError';
}

/** A gradient that differs from what central differences give. */
export class GradcheckError extends RangeError {
  override name = 'GradcheckError';
}

/** A state dict that does not fit its module; lists every missing, unexpected and misshapen key. */
export class StateDictError extends TypeError {
  override name = 'StateDictError';
}

/** A token that a vocabulary without a default index does not hold. */
export class TokenError extends RangeError {
  override name = 'TokenError';
  readonly token: string;
  constructor(message: string, token: string) {
    super(message);
    this.token = token;
  }
}

/** A file whose content is not what its format demands. */
export class FileFormatError extends RangeError {
  override name = 'FileFormatError';
}

/** A training whose numbers broke: the loss, a gradient or a parameter is NaN or infinite. */
export class NonFiniteError extends ValueError {
  override name = 'NonFiniteError';
  /** The optimizer's step that could not be made, from 1. */
  readonly step: number;
  /** The pass over the data, from 1. */
  readonly epoch: number;
  /** The batch of that pass, from 1. */
  readonly batch: number;
  /** The parameter that is known to have broken, by its name; null where it is the loss alone. */
  readonly parameter: string | null;
  constructor(message: string, place: { step: number; epoch: number; batch: number; parameter: string | null }) {
    super(message);
    this.step = place.step;
    this.epoch = place.epoch;
    this.batch = place.batch;
    this.parameter = place.parameter;
  }
}

/** A checkpoint that can't be written or gone on from; the message names the file, why, and what to do. */
export class CheckpointError extends RangeError {
  override name = 'CheckpointError';
}

/** A corpus that can't be read or trained on; the message says which, why, and what to do. */
export class CorpusError extends Error {
  override name = 'CorpusError';
}

/** Ranks that can't work together: MPI that is missing or another one, ranks that have made different calls. */
export class DistributedError extends Error {
  override name = 'DistributedError';
}

const ordinaryHasInstance = Function.prototype[Symbol.hasInstance];

/** Lets `instanceof` know the errors of other realms and of other copies of this package too. */
function knowEverywhere(name: string, error: abstract new (...args: never[]) => Error): void {
  markClass(name, error);
  Object.defineProperty(error, Symbol.hasInstance, {
    value(this: unknown, value: unknown): boolean {
      // A subclass inherits this function, but not its meaning.
      return ordinaryHasInstance.call(this as () => void, value) || (this === error && kindOfAnyCopy(value) === name);
    },
  });
}

for (const [name, error] of Object.entries({
  ShapeError,
  IndexError,
  ValueError,
  DTypeError,
  ArgumentError,
  OptionError,
  AutogradError,
  GradcheckError,
  StateDictError,
  TokenError,
  FileFormatError,
  NonFiniteError,
  CheckpointError,
  CorpusError,
  DistributedError,
})) {
  knowEverywhere(name, error);
}
