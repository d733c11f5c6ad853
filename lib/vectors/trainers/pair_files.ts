import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesOfRecord, numbersOfRecord } from '../../calls/cooccurrences.js';

/** Node's error, with the operation and the folder in front; its code stays. */
function named(op: string, folder: string, error: unknown): unknown {
  if (error instanceof Error)
    error.message = `${op}: co-occurrences that outgrow memory are written to ${folder}: ${error.message}`;
  return error;
}

/** Records in files of a folder of their own, which goes when they are closed. */
export class PairFiles {
  private constructor(
    private readonly op: string,
    private readonly folder: string,
    private readonly handles: readonly FileHandle[],
    /** Records in each file. */
    readonly counts: number[],
  ) {}

  /** @param folder where the folder is made; the system's for temporary files if null */
  static async make(op: string, folder: string | null, files: number): Promise<PairFiles> {
    const parent = folder ?? tmpdir();
    const path = await mkdtemp(join(parent, 'lutra-pairs-')).catch((error: unknown) => {
      throw named(op, parent, error);
    });
    const handles: FileHandle[] = [];
    try {
      for (let k = 0; k < files; k++) handles.push(await open(join(path, `${k}.bin`), 'wx+'));
    } catch (error) {
      for (const handle of handles) await handle.close();
      await rm(path, { recursive: true, force: true });
      throw named(op, path, error);
    }
    return new PairFiles(op, path, handles, new Array<number>(files).fill(0));
  }

  get length(): number {
    return this.handles.length;
  }

  /** Writes records[begin … end) at the end of a file. */
  async append(file: number, records: Int32Array, begin: number, end: number): Promise<void> {
    const bytes = new Uint8Array(
      records.buffer,
      records.byteOffset + begin * bytesOfRecord,
      (end - begin) * bytesOfRecord,
    );
    try {
      for (let done = 0; done < bytes.length; ) {
        const at = this.counts[file] * bytesOfRecord + done;
        done += (await this.handles[file].write(bytes, done, bytes.length - done, at)).bytesWritten;
      }
    } catch (error) {
      throw named(this.op, this.folder, error);
    }
    this.counts[file] += end - begin;
  }

  /** Up to `count` records of a file from the `begin`-th on. */
  async read(file: number, begin: number, count: number): Promise<Int32Array> {
    const records = new Int32Array(Math.min(count, this.counts[file] - begin) * numbersOfRecord);
    const bytes = new Uint8Array(records.buffer);
    try {
      for (let done = 0; done < bytes.length; ) {
        const at = begin * bytesOfRecord + done;
        const { bytesRead } = await this.handles[file].read(bytes, done, bytes.length - done, at);
        if (bytesRead === 0) throw new Error('the file has become shorter');
        done += bytesRead;
      }
    } catch (error) {
      throw named(this.op, this.folder, error);
    }
    return records;
  }

  async close(): Promise<void> {
    for (const handle of this.handles) await handle.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}
