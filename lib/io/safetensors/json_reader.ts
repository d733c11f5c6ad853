import { FileFormatError } from '../../errors.js';

/** What a tensor's description can hold; deeper nests and longer lists are no part of the format. */
const deepest = 8;
const longestList = 64;

const quote = 0x22;
const backslash = 0x5c;

/**
 * Reads JSON piece by piece, so that a header of many megabytes never becomes one tree: the caller walks the members of
 * the outer objects, and only what lies inside a member becomes a value, within bounds of depth and length.
 */
export class JsonReader {
  private at = 0;
  private readonly source: string;
  private readonly bytes: Uint8Array;
  private readonly decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

  /** @param source what error messages start with */
  constructor(source: string, bytes: Uint8Array) {
    this.source = source;
    this.bytes = bytes;
  }

  /** Calls `member` for each name of an object; it must read the value. */
  object(member: (name: string) => void): void {
    this.expect('{');
    if (this.accept('}')) return;
    do {
      const name = this.string();
      this.expect(':');
      member(name);
    } while (this.accept(','));
    this.expect('}');
  }

  /** Whether the next value begins like this. */
  begins(character: string): boolean {
    this.space();
    return this.bytes[this.at] === character.charCodeAt(0);
  }

  /** @throws FileFormatError unless only white space is left */
  end(): void {
    this.space();
    if (this.at < this.bytes.byteLength) this.fail('the end');
  }

  /** Any value; objects as Maps, so that a name that comes twice is seen. */
  value(depth = 0): unknown {
    if (depth > deepest) throw new FileFormatError(`${this.source}: the header is nested deeper than ${deepest}`);
    this.space();
    switch (String.fromCharCode(this.bytes[this.at])) {
      case '{': {
        const members = new Map<string, unknown>();
        this.object((name) => {
          if (members.has(name))
            throw new FileFormatError(`${this.source}: the header has ${JSON.stringify(name)} twice`);
          members.set(name, this.value(depth + 1));
          if (members.size > longestList) this.tooLong('an object');
        });
        return members;
      }
      case '[':
        return this.list(depth);
      case '"':
        return this.string();
      default:
        return this.literal();
    }
  }

  string(): string {
    this.space();
    if (this.bytes[this.at] !== quote) this.fail('a string');
    const begin = this.at;
    const end = this.endOfString(begin + 1);
    this.at = end + 1;
    const inside = this.bytes.subarray(begin + 1, end);
    try {
      if (inside.includes(backslash))
        return JSON.parse(this.decoder.decode(this.bytes.subarray(begin, end + 1))) as string;
      const text = this.decoder.decode(inside);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what JSON forbids.
      if (!/[\x00-\x1f]/.test(text)) return text;
    } catch {}
    throw new FileFormatError(
      `${this.source}: the header is no JSON: the string at byte ${begin} is no UTF-8, or holds what JSON does not allow`,
    );
  }

  /** The place of the quote that ends a string: one with an even number of backslashes before it. */
  private endOfString(from: number): number {
    const { bytes } = this;
    for (let end = bytes.indexOf(quote, from); end >= 0; end = bytes.indexOf(quote, end + 1)) {
      let escapes = 0;
      while (bytes[end - 1 - escapes] === backslash) escapes++;
      if (escapes % 2 === 0) return end;
    }
    return this.fail('the end of a string');
  }

  private list(depth: number): unknown[] {
    this.expect('[');
    const items: unknown[] = [];
    if (this.accept(']')) return items;
    do {
      items.push(this.value(depth + 1));
      if (items.length > longestList) this.tooLong('a list');
    } while (this.accept(','));
    this.expect(']');
    return items;
  }

  /** A number, true, false or null. */
  private literal(): unknown {
    let end = this.at;
    while (end < this.bytes.byteLength && end - this.at < 400 && isLiteral(this.bytes[end])) end++;
    const text = String.fromCharCode(...this.bytes.subarray(this.at, end));
    const isNumber = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text);
    if (!isNumber && !['true', 'false', 'null'].includes(text)) this.fail('a value');
    this.at = end;
    return JSON.parse(text);
  }

  private space(): void {
    while (isSpace(this.bytes[this.at])) this.at++;
  }

  private accept(character: string): boolean {
    const found = this.begins(character);
    if (found) this.at++;
    return found;
  }

  private expect(character: string): void {
    if (!this.accept(character)) this.fail(JSON.stringify(character));
  }

  private fail(expected: string): never {
    throw new FileFormatError(`${this.source}: the header is no JSON: expected ${expected} at byte ${this.at} of it`);
  }

  private tooLong(what: string): never {
    throw new FileFormatError(`${this.source}: the header has ${what} of more than ${longestList} entries`);
  }
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** Letters, digits, and the signs of numbers. */
function isLiteral(byte: number): boolean {
  return (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x30 && byte <= 0x39) || [0x2b, 0x2d, 0x2e, 0x45].includes(byte);
}
