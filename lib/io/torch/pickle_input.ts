import { FileFormatError } from '../../errors.js';
import type { ByteSource } from '../byte_source.js';

/** What is read from the source at a time. */
const chunkBytes = 2 ** 18;
/** Names of modules and classes stand in lines; none is nearly so long. */
const longestLine = 1024;

/** The bytes of a pickle, read as they are needed: where it lies among other things, nobody knows its end before. */
export class PickleInput {
  /** Where the next byte lies in the source. */
  position: number;
  private readonly source: ByteSource;
  private readonly name: string;
  private readonly start: number;
  private chunk: Buffer = Buffer.alloc(0);
  private chunkStart = 0;
  private readonly decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

  /** @param name what error messages start with */
  constructor(source: ByteSource, name: string, start = 0) {
    this.source = source;
    this.name = name;
    this.start = start;
    this.position = start;
    const { owned } = source;
    if (owned !== undefined) this.chunk = Buffer.from(owned.buffer, owned.byteOffset, owned.byteLength);
  }

  /** @throws FileFormatError naming the place */
  fail(what: string): never {
    throw new FileFormatError(`${this.name}: ${what} (at byte ${this.position - this.start})`);
  }

  /** The place in the pickle, for messages. */
  get at(): number {
    return this.position - this.start;
  }

  /** Moves on by some bytes and gives their place in the chunk. */
  private take(length: number): number {
    const place = this.position - this.chunkStart;
    if (place + length <= this.chunk.byteLength) {
      this.position += length;
      return place;
    }
    this.require(length);
    const left = this.source.bytes - this.position;
    const size = Math.min(left, Math.max(length, chunkBytes));
    if (this.chunk.byteLength !== size) this.chunk = Buffer.alloc(size);
    this.source.read(this.chunk, this.position);
    this.chunkStart = this.position;
    this.position += length;
    return 0;
  }

  /** @throws FileFormatError unless so many bytes are left */
  require(length: number): void {
    if (length > this.source.bytes - this.position) this.fail(`expected ${length} more bytes`);
  }

  byte(): number {
    const at = this.take(1);
    return this.chunk[at];
  }

  uint16(): number {
    const at = this.take(2);
    return this.chunk.readUInt16LE(at);
  }

  uint32(): number {
    const at = this.take(4);
    return this.chunk.readUInt32LE(at);
  }

  int32(): number {
    const at = this.take(4);
    return this.chunk.readInt32LE(at);
  }

  double(): number {
    const at = this.take(8);
    return this.chunk.readDoubleBE(at);
  }

  /** A length of 64 bits. */
  length64(): number {
    const at = this.take(8);
    const length = this.chunk.readBigUInt64LE(at);
    return length > BigInt(this.source.bytes) ? this.fail(`expected ${length} more bytes`) : Number(length);
  }

  bytes(length: number): Uint8Array {
    const at = this.take(length);
    return Uint8Array.from(this.chunk.subarray(at, at + length));
  }

  text(length: number): string {
    const at = this.take(length);
    if (this.isAscii(at, length)) return this.chunk.toString('latin1', at, at + length);
    try {
      return this.decoder.decode(this.chunk.subarray(at, at + length));
    } catch {
      return this.fail('a string is no UTF-8');
    }
  }

  /** Nearly all strings are: names, which need no window on the chunk to be decoded. */
  private isAscii(at: number, length: number): boolean {
    const { chunk } = this;
    for (let i = at; i < at + length; i++) if (chunk[i] > 0x7f) return false;
    return true;
  }

  /** Up to the next line end, which is passed over. */
  line(): string {
    const most = Math.min(longestLine, this.source.bytes - this.position);
    const at = this.take(most);
    this.position -= most;
    let length = 0;
    while (length < most && this.chunk[at + length] !== 10) length++;
    if (length === most) this.fail('a line does not end');
    const text = this.text(length);
    this.position++;
    return text;
  }

  /** A two's complement integer of any length; beyond 2^53 a bigint. */
  integer(length: number): number | bigint {
    const bytes = this.bytes(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]);
    if (length > 0) value = BigInt.asIntN(8 * length, value);
    const plain = Number(value);
    return Number.isSafeInteger(plain) ? plain : value;
  }
}
