import { TextDecoder } from 'node:util';
import { CorpusError, describe } from '../../errors.js';
import { DamagedGzip, type FileState, type Pieces, readFilePieces, readInputPieces } from '../../io/file_pieces.js';
import { standardInput } from './paths.js';
import { firstInvalidByte } from './utf8.js';

/** Lines that were read together; they hold until the next are asked for. */
export interface Block {
  readonly text: string;
  readonly lines: readonly string[];
  /** What an error about line `k` of these starts with. */
  place(k: number): string;
}

const newline = 0x0a;
/** Longer ones are no lines of a text; a file of one line is read with textFiles, or by words. */
const longestLine = 1 << 28;

/** The bytes of a path, or of the standard input; what can't be read is a CorpusError. */
export async function* readPieces(op: string, path: string, opened?: (state: FileState) => void): Pieces {
  try {
    yield* path === standardInput ? readInputPieces() : readFilePieces(path, opened);
  } catch (error) {
    if (error instanceof DamagedGzip) {
      throw new CorpusError(`${op}: ${path}: its gzip is damaged or cut short (${error.message})`);
    }
    const { code, syscall, message } = error as NodeJS.ErrnoException;
    if (code === undefined || syscall === undefined) throw error;
    const hint = /\s/.test(path) ? '; a string is the path of a file, texts are given as a list of them' : '';
    throw new CorpusError(`${op}: ${describe(path)} can't be read: ${message.replace(/, \w+( '.*')?$/s, '')}${hint}`, {
      cause: error,
    });
  }
}

/** Decodes bytes that begin at byte `at` of a file, or says which can't be. */
export class Decoder {
  readonly #decoder: TextDecoder;

  constructor(
    private readonly where: string,
    strict: boolean,
  ) {
    this.#decoder = new TextDecoder('utf-8', { fatal: strict, ignoreBOM: true });
  }

  decode(bytes: Uint8Array, at: number, line: number): string {
    try {
      const text = this.#decoder.decode(bytes);
      return at === 0 && text.startsWith('\ufeff') ? text.slice(1) : text;
    } catch {
      const bad = Math.max(firstInvalidByte(bytes), 0);
      const before = bytes.subarray(0, bad);
      const inLine = line + countNewlines(before);
      const value = bytes[bad].toString(16).padStart(2, '0');
      throw new CorpusError(
        `${this.where}, line ${inLine}, byte ${at + bad}: 0x${value} is no UTF-8 there; encodingErrors: 'replace' reads it as U+FFFD, ` +
          'and iconv -f latin1 -t utf-8 converts a file of another encoding',
      );
    }
  }
}

function countNewlines(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) count++;
  return count;
}

/** Where line `k` begins in bytes. */
function lineStart(bytes: Uint8Array, k: number): number {
  let at = 0;
  for (let line = 0; line < k; line++) at = bytes.indexOf(newline, at) + 1;
  return at;
}

/**
 * A file's lines, without their ends (`\n` or `\r\n`), in blocks of some megabytes.
 * @throws CorpusError for what is no UTF-8, where `strict`, for damaged gzip, and for a line of more than 256 MiB
 */
export async function* readBlocks(op: string, path: string, strict: boolean): AsyncGenerator<Block> {
  const where = `${op}: ${path}`;
  const decoder = new Decoder(where, strict);
  let [at, line] = [0, 1];
  const blockOf = (bytes: Uint8Array): Block => {
    const [firstByte, firstLine] = [at, line];
    const text = decoder.decode(bytes, firstByte, firstLine);
    const lines = text.split('\n');
    // The end of the last line begins no other.
    if (lines[lines.length - 1] === '') lines.pop();
    for (const [k, one] of lines.entries()) if (one.endsWith('\r')) lines[k] = one.slice(0, -1);
    at += bytes.length;
    line += lines.length;
    return { text, lines, place: (k) => `${where}, line ${firstLine + k}, byte ${firstByte + lineStart(bytes, k)}` };
  };
  const pieces = readPieces(op, path);
  try {
    for (let used = 0; ; ) {
      const { done, value } = await pieces.next(used);
      if (done) return;
      used = value.last ? value.bytes.length : value.bytes.lastIndexOf(newline) + 1;
      if (used > 0) yield blockOf(value.bytes.subarray(0, used));
      if (value.bytes.length - used > longestLine) {
        throw new CorpusError(
          `${where}, line ${line}, byte ${at}: the line is longer than ${longestLine} bytes; is this a text of lines?`,
        );
      }
    }
  } finally {
    await pieces.return();
  }
}

/** Longer texts are no JavaScript strings. */
const longestText = 2 ** 29 - 32;

/** A file as one text. @throws CorpusError as {@link readBlocks} does, and for a file of more than 512 MiB */
export async function readWhole(op: string, path: string, strict: boolean): Promise<string> {
  const where = `${op}: ${path}`;
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const { bytes } of readPieces(op, path)) {
    pieces.push(bytes.slice());
    length += bytes.length;
    if (length > longestText) {
      throw new CorpusError(`${where}: is longer than ${longestText} bytes, too long for one text; read its lines`);
    }
  }
  return new Decoder(where, strict).decode(Buffer.concat(pieces), 0, 1);
}
