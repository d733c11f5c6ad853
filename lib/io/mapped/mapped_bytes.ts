import { statSync } from 'node:fs';
import { mapFile } from '../../calls/mapping.js';
import { FileFormatError } from '../../errors.js';

/** A file whose bytes become memory without being read, as it was when it was opened. */
export class MappedBytes {
  readonly size: number;
  readonly #inode: number;

  /** @throws the file system's own error where there is none */
  constructor(
    readonly op: string,
    readonly path: string,
  ) {
    const { size, ino } = statSync(path);
    this.size = size;
    this.#inode = ino;
  }

  /** What errors start with. */
  get name(): string {
    return `${this.op}: ${this.path}`;
  }

  /** @throws FileFormatError where the file is too short; ValueError where the system can't map it */
  range(begin: number, length: number): Uint8Array {
    return mapFile(this.name, this.path, begin, length);
  }

  /**
   * Looks whether the file still has the bytes that are mapped: to touch one that it lacks ends the process (SIGBUS). A file that was
   * replaced or removed is there as long as it is mapped.
   * @throws FileFormatError
   */
  check(): void {
    const now = statSync(this.path, { throwIfNoEntry: false });
    if (now === undefined || now.ino !== this.#inode || now.size >= this.size) return;
    throw new FileFormatError(
      `${this.name}: has shrunk from ${this.size} to ${now.size} bytes since it was mapped; what it held is gone`,
    );
  }
}
