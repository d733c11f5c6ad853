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
    let end = this.at + 1;
    let escaped = false;
    for (; this.bytes[end] !== quote; end++) {
      if (end >= this.bytes.byteLength) this.fail('the end of a string');
      if (this.bytes[end] === backslash) {
        escaped = true;
        end++;
      } else if (this.bytes[end] < 0x20) this.fail('no control character in a string');
    }
    const inside = this.bytes.subarray(this.at + 1, end);
    const begin = this.at;
    this.at = end + 1;
    try {
      const text = this.decoder.decode(inside);
      return escaped ? (JSON.parse(`"${text}"`) as string) : text;
    } catch {
      throw new FileFormatError(
        `${this.source}: the header is no JSON: the string at byte ${begin} is no UTF-8, or has escapes that JSON lacks`,
      );
    }
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
