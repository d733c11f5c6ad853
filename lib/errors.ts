/** Every error that Lutra throws on bad input. Each is also a `RangeError` or a `TypeError`, as a caller would expect. */

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

function withArticle(name: string): string {
  return `${/^[AEIO]/i.test(name) ? 'an' : 'a'} ${name}`;
}

/** What a value is, in words short enough for an error message. */
export function describe(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'nothing';
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === 'function') return `function ${value.name || '(anonymous)'}`;
  if (typeof value === 'symbol') return value.toString();
  if (Array.isArray(value))
    return value.length <= 8 && value.every((v) => typeof v === 'number')
      ? `[${value.join(', ')}]`
      : `an array of ${value.length}`;
  if (ArrayBuffer.isView(value)) return `${withArticle(value.constructor.name)} of ${value.byteLength} bytes`;
  const name = value.constructor?.name;
  return name && name !== 'Object' ? withArticle(name) : 'an object';
}

/** A corpus that can't be read or trained on; the message says which, why, and what to do. */
export class CorpusError extends Error {
  override name = 'CorpusError';
}
