import { FileFormatError } from '../errors.js';
import { type ByteSource, memoryBound } from './byte_source.js';

/** What V8 holds besides until it collects it. */
const uncollected = 50e6;

/** About what a value takes in a file, with its key. */
const leastBytes = 10;

/** Counts what a file makes of memory, so that one of a few kilobytes can't take all of it. */
export class Budget {
  private left: number;
  private visits: number;
  private readonly source: ByteSource;

  /** A budget for everything that is read from a source: twice its size and 100 MB. */
  constructor(source: ByteSource) {
    this.source = source;
    this.left = memoryBound(source.bytes) - uncollected;
    this.visits = memoryBound(source.bytes) / leastBytes;
  }

  /** Makes room for what so many bytes, as they stand in the file, may well describe: a word takes more here than there. */
  grant(bytes: number): void {
    this.left += 2 * bytes;
  }

  /** @throws FileFormatError when it is used up */
  spend(bytes: number): void {
    this.left -= bytes;
    if (this.left >= 0) return;
    throw new FileFormatError(
      `${this.source.name}: what it describes takes too much memory for a file of ${this.source.bytes} bytes; keep large lists and dictionaries of numbers and strings in files of their own`,
    );
  }

  /** Counts a look at a value that may have been looked at before: lists that share others are endless in effect. */
  visit(): void {
    if (--this.visits >= 0) return;
    throw new FileFormatError(
      `${this.source.name}: its lists and dictionaries hold each other too often to look through`,
    );
  }
}
