import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MappedBytes } from '../../io/mapped/mapped_bytes.js';

/** Numbers that are gathered in memory before they go to the file. */
const gathered = 1 << 22;

/**
 * Numbers whose count is known about, that are written one after the other: in memory, or, where they would take more of it than they
 * may, in a file that is mapped, whose pages the system reads as they are gone through and drops as it needs their memory. The file has
 * no name any more once it is written, and is gone with the list.
 */
export class NumberList {
  /** Where the next numbers go, from {@link end} on. */
  array: Int32Array;
  end = 0;
  #file: { readonly handle: FileHandle; readonly folder: string; written: number } | null = null;

  /** @param memory bytes; more go to a file in the system's folder for temporary ones, where files can be mapped */
  static async of(op: string, expected: number, memory: number): Promise<NumberList> {
    const list = new NumberList(op, expected);
    if (expected * Int32Array.BYTES_PER_ELEMENT <= memory || process.platform === 'win32') return list;
    list.array = new Int32Array(Math.min(gathered, expected));
    const parent = tmpdir();
    try {
      const folder = await mkdtemp(join(parent, 'lutra-corpus-'));
      list.#file = { handle: await open(join(folder, 'numbers'), 'wx'), folder, written: 0 };
    } catch (error) {
      throw list.#named(parent, error);
    }
    return list;
  }

  private constructor(
    private readonly op: string,
    expected: number,
  ) {
    this.array = new Int32Array(expected);
  }

  /** Has room for some more numbers. */
  async reserve(more: number): Promise<void> {
    if (this.end + more <= this.array.length) return;
    if (this.#file !== null) await this.#write();
    if (this.end + more <= this.array.length) return;
    const larger = new Int32Array(Math.max(this.end + more, this.#file === null ? this.array.length * 1.25 : 0));
    larger.set(this.array.subarray(0, this.end));
    this.array = larger;
  }

  /** All of them. */
  async finish(): Promise<Int32Array> {
    if (this.#file === null) return this.array.subarray(0, this.end);
    await this.#write();
    const { handle, folder, written } = this.#file;
    await handle.close();
    try {
      if (written === 0) return new Int32Array(0);
      const bytes = new MappedBytes(this.op, join(folder, 'numbers')).range(0, written);
      return new Int32Array(bytes.buffer, bytes.byteOffset, written / Int32Array.BYTES_PER_ELEMENT);
    } finally {
      this.#file = null;
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Removes the file of a list that was not finished. */
  async close(): Promise<void> {
    if (this.#file === null) return;
    const { handle, folder } = this.#file;
    this.#file = null;
    await handle.close();
    await rm(folder, { recursive: true, force: true });
  }

  async #write(): Promise<void> {
    const file = this.#file!;
    const bytes = new Uint8Array(this.array.buffer, this.array.byteOffset, this.end * Int32Array.BYTES_PER_ELEMENT);
    try {
      for (let at = 0; at < bytes.length; ) {
        const { bytesWritten } = await file.handle.write(bytes, at, bytes.length - at);
        at += bytesWritten;
      }
    } catch (error) {
      throw this.#named(file.folder, error);
    }
    file.written += bytes.length;
    this.end = 0;
  }

  /** Node's error, with the operation and the folder in front; its code stays. */
  #named(folder: string, error: unknown): unknown {
    if (error instanceof Error) {
      error.message = `${this.op}: the words of a corpus that outgrows corpusMemory are written to ${folder}: ${error.message}`;
    }
    return error;
  }
}
