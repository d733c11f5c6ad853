import { stat } from 'node:fs/promises';
import { FileFormatError } from '../../errors.js';
import type { Bytes } from '../formats/bytes.js';

/** Deflate makes no more than so many bytes of one. */
const mostOfGzip = 1032;

/** Numbers, texts and tables of a file, one after the other, with what may still come known before memory is taken for it. */
export class ByteStream {
  #rest: Uint8Array = new Uint8Array(0);
  #at = 0;
  #before = 0;
  readonly #source: AsyncIterator<Uint8Array>;

  private constructor(
    readonly name: string,
    bytes: Bytes,
    private readonly most: number,
  ) {
    this.#source = bytes.pieces()[Symbol.asyncIterator]();
  }

  static async open(bytes: Bytes, path: string, zipped: boolean): Promise<ByteStream> {
    const { size } = await stat(path);
    return new ByteStream(bytes.name, bytes, zipped ? size * mostOfGzip : size);
  }

  get position(): number {
    return this.#before + this.#at;
  }

  /** @throws FileFormatError where the file has fewer bytes left than it promises */
  promise(bytes: number, what: string): void {
    const left = this.most - this.position;
    if (bytes <= left) return;
    throw new FileFormatError(
      `${this.name}: promises ${bytes} bytes for ${what} at byte ${this.position}, but only ${left} are left; was it cut short?`,
    );
  }

  /** Has the next `count` bytes at hand, or, where the file ends, all that are left. Returns how many there are. */
  async ready(count: number): Promise<number> {
    while (this.#rest.length - this.#at < count) {
      const { done, value } = await this.#source.next();
      if (done) break;
      this.#rest = this.#at === this.#rest.length ? value : Buffer.concat([this.#rest.subarray(this.#at), value]);
      this.#before += this.#at;
      this.#at = 0;
    }
    return this.#rest.length - this.#at;
  }

  /** @throws FileFormatError where the file ends before */
  async need(count: number, what: string): Promise<void> {
    const there = await this.ready(count);
    if (there < count) {
      throw new FileFormatError(
        `${this.name}: ends at byte ${this.position + there}, within ${what}; was it cut short?`,
      );
    }
  }

  /** The next bytes, of those that are at hand. */
  take(count: number): Uint8Array {
    this.#at += count;
    return this.#rest.subarray(this.#at - count, this.#at);
  }

  /** Where the next zero is, of the bytes at hand; -1 for none. */
  nextZero(): number {
    const at = this.#rest.indexOf(0, this.#at);
    return at < 0 ? -1 : at - this.#at;
  }

  byte(): number {
    return this.take(1)[0];
  }
  int32(): number {
    return this.#view(4).getInt32(0, true);
  }
  /** @throws FileFormatError for one that no double holds */
  int64(what: string): number {
    const value = Number(this.#view(8).getBigInt64(0, true));
    if (Number.isSafeInteger(value)) return value;
    throw new FileFormatError(`${this.name}: ${what} is ${value} at byte ${this.position - 8}, which can't be true`);
  }
  float64(): number {
    return this.#view(8).getFloat64(0, true);
  }

  #view(count: number): DataView {
    const bytes = this.take(count);
    return new DataView(bytes.buffer, bytes.byteOffset, count);
  }

  async fill(target: Uint8Array, what: string): Promise<void> {
    for (let done = 0; done < target.length; ) {
      await this.need(1, what);
      const length = Math.min(this.#rest.length - this.#at, target.length - done);
      target.set(this.take(length), done);
      done += length;
    }
  }

  async floats(count: number, what: string): Promise<Float32Array> {
    this.promise(4 * count, what);
    const data = new Float32Array(count);
    await this.fill(new Uint8Array(data.buffer), what);
    return data;
  }

  async bytes(count: number, what: string): Promise<Uint8Array> {
    this.promise(count, what);
    const data = new Uint8Array(count);
    await this.fill(data, what);
    return data;
  }

  async close(): Promise<void> {
    await this.#source.return?.();
  }
}
