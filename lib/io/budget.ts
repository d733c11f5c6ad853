import { FileFormatError } from '../errors.js';
import { type ByteSource, memoryBound } from './byte_source.js';

/** What V8 holds besides until it collects it. */
const uncollected = 20e6;

/** Counts what a file makes of memory, so that one of a few kilobytes can't take all of it. */
export class Budget {
  private left: number;
  private readonly source: ByteSource;

  /** A budget for everything that is read from a source: twice its size and 100 MB. */
  constructor(source: ByteSource) {
    this.source = source;
    this.left = memoryBound(source.bytes) - uncollected;
  }

  /** @throws FileFormatError when it is used up */
  spend(bytes: number): void {
    this.left -= bytes;
    if (this.left >= 0) return;
    throw new FileFormatError(
      `${this.source.name}: what it describes takes more memory than twice its own ${this.source.bytes} bytes and 100 MB; keep large lists and dictionaries of numbers and strings in files of their own`,
    );
  }
}
