import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ArgumentError, describe, ShapeError, ValueError } from '../../errors.js';
import { writeFileAtomically, writePartsAtomically } from '../../io/atomic_file.js';
import { makeFolders } from '../../io/folders.js';
import { checkOptions } from '../../options.js';
import { formatShape } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { EventFile } from './event_file.js';
import { histogramProto } from './histogram.js';
import { checkLogged } from './logged_values.js';
import type { TrainingLogger } from './logger.js';
import { ProtoMessage } from './protobuf.js';

export interface EmbeddingOptions {
  /** What belongs to each row: one label, or several under `metadataHeader`. */
  metadata?: readonly (string | readonly string[])[];
  /** The names of the columns, where rows have several labels. */
  metadataHeader?: readonly string[];
  /** Default 0. */
  globalStep?: number;
  /** Its name in the projector. Default 'default'. */
  tag?: string;
}

/** TensorFlow's number of the type of strings. */
const stringType = 7;

/**
 * Writes event files that `tensorboard --logdir FOLDER` shows, with the methods of PyTorch's
 * `torch.utils.tensorboard.SummaryWriter`; as a logger of a training it writes its scalars.
 *
 * @example
 * const writer = new SummaryWriter('runs/first');
 * await trainer.fit(loader, { epochs: 3, loggers: [writer] });
 * writer.addHistogram('weights', model.fc.weight, 3);
 * writer.close();
 */
export class SummaryWriter implements TrainingLogger {
  readonly logDir: string;
  readonly #file: EventFile;

  /** @param logDir the folder; it is made with the first event */
  constructor(logDir: string) {
    if (typeof logDir !== 'string' || logDir === '') {
      throw new ArgumentError(`SummaryWriter: logDir must name a folder, got ${describe(logDir)}`);
    }
    this.logDir = logDir;
    this.#file = new EventFile(logDir);
  }

  /** What a session logged after `step` before it was killed is taken back: it comes again. */
  open(step: number): void {
    if (step > 0) this.#file.add(step + 1, (event) => event.message(7, new ProtoMessage().integer(1, 1)));
  }

  log(values: Readonly<Record<string, number>>, step: number): void {
    checkLogged('SummaryWriter.log', values, step);
    const summary = new ProtoMessage();
    for (const [tag, value] of Object.entries(values)) {
      summary.message(1, new ProtoMessage().string(1, tag).float(2, value));
    }
    this.#file.add(checkStep('log', step), (event) => event.message(5, summary));
  }

  /** One number of a curve. */
  addScalar(tag: string, value: number | Tensor, globalStep = 0): void {
    const op = 'addScalar';
    const number = value instanceof Tensor ? value.item() : value;
    if (typeof number !== 'number') throw new ArgumentError(`${op}: value must be a number, got ${describe(value)}`);
    this.#add(op, tag, globalStep, new ProtoMessage().float(2, number));
  }

  /** How numbers are spread. @throws ValueError where one is not finite */
  addHistogram(tag: string, values: Tensor | ArrayLike<number>, globalStep = 0): void {
    const op = 'addHistogram';
    const numbers = values instanceof Tensor ? values.detach().to('float64').contiguous().data : values;
    if (typeof numbers !== 'object' || numbers === null || typeof numbers.length !== 'number') {
      throw new ArgumentError(`${op}: values must be a Tensor or a list of numbers, got ${describe(values)}`);
    }
    for (let i = 0; i < numbers.length; i++) {
      if (typeof numbers[i] === 'number' && Number.isFinite(numbers[i])) continue;
      throw new ValueError(`${op}: values[${i}] must be a finite number, got ${describe(numbers[i])}`);
    }
    this.#add(op, tag, globalStep, new ProtoMessage().message(5, histogramProto(numbers as ArrayLike<number>)));
  }

  /** A text, shown as Markdown. */
  addText(tag: string, text: string, globalStep = 0): void {
    const op = 'addText';
    if (typeof text !== 'string') throw new ArgumentError(`${op}: text must be a string, got ${describe(text)}`);
    const shape = new ProtoMessage().message(2, new ProtoMessage().integer(1, 1));
    const tensor = new ProtoMessage().integer(1, stringType).message(2, shape).string(8, text);
    const metadata = new ProtoMessage().message(1, new ProtoMessage().string(1, 'text'));
    const value = new ProtoMessage().message(8, tensor).message(9, metadata);
    this.#add(op, typeof tag === 'string' ? `${tag}/text_summary` : tag, globalStep, value);
  }

  /**
   * A table of vectors for the embedding projector.
   * @param matrix [rows, dim]
   * @throws ShapeError, ArgumentError, ValueError where the labels don't fit
   */
  addEmbedding(matrix: Tensor, options?: EmbeddingOptions): void {
    const op = 'addEmbedding';
    const names = ['metadata', 'metadataHeader', 'globalStep', 'tag'];
    const { metadata, metadataHeader, globalStep = 0, tag = 'default' } = checkOptions(op, options, names);
    if (!(matrix instanceof Tensor)) throw new ArgumentError(`${op}: matrix must be a Tensor, got ${describe(matrix)}`);
    if (matrix.ndim !== 2) {
      throw new ShapeError(`${op}: matrix must have shape [rows, dim], got ${formatShape(matrix.shape)}`);
    }
    if (typeof tag !== 'string' || !/^[\w.-]+$/.test(tag) || /^\.+$/.test(tag)) {
      throw new ArgumentError(`${op}: tag must be made of letters, digits, '_', '.' and '-', got ${describe(tag)}`);
    }
    const step = String(checkStep(op, globalStep)).padStart(5, '0');
    const labels = metadata === undefined ? null : labelLines(op, metadata, metadataHeader, matrix.shape[0]);
    const place = `${step}/${tag}`;
    const config = join(this.logDir, 'projector_config.pbtxt');
    const entry = [
      'embeddings {',
      `tensor_name: "${tag}:${step}"`,
      `tensor_path: "${place}/tensors.tsv"`,
      ...(labels === null ? [] : [`metadata_path: "${place}/metadata.tsv"`]),
      '}\n',
    ].join('\n');
    makeFolders(join(this.logDir, place));
    writePartsAtomically(join(this.logDir, place, 'tensors.tsv'), tensorLines(matrix));
    if (labels !== null) writePartsAtomically(join(this.logDir, place, 'metadata.tsv'), labels);
    const before = existsSync(config) ? readFileSync(config, 'utf8') : '';
    if (!before.includes(entry)) writeFileAtomically(config, before, entry);
  }

  /** Writes what waits; it is written by itself every few seconds, when more comes. */
  flush(): void {
    this.#file.flush();
  }

  /** Writes what waits and closes the file. */
  close(): void {
    this.#file.close();
  }

  #add(op: string, tag: unknown, step: unknown, value: ProtoMessage): void {
    if (typeof tag !== 'string' || tag === '') {
      throw new ArgumentError(`${op}: tag must be a string, got ${describe(tag)}`);
    }
    this.#file.add(checkStep(op, step), (event) => {
      event.message(5, new ProtoMessage().message(1, value.string(1, tag)));
    });
  }
}

function checkStep(op: string, step: unknown): number {
  if (Number.isSafeInteger(step) && (step as number) >= 0) return step as number;
  throw new ValueError(`${op}: globalStep must be an integer of at least 0, got ${describe(step)}`);
}

const rowsAtOnce = 1000;

function* tensorLines(matrix: Tensor): Iterable<string> {
  const [rows, dim] = matrix.shape;
  const { data } = matrix.detach().to('float32').contiguous();
  for (let start = 0; start < rows; start += rowsAtOnce) {
    const lines: string[] = [];
    for (let row = start; row < Math.min(rows, start + rowsAtOnce); row++) {
      lines.push(Array.prototype.join.call(data.subarray(row * dim, (row + 1) * dim), '\t'));
    }
    yield `${lines.join('\n')}\n`;
  }
}

function labelLines(
  op: string,
  metadata: readonly (string | readonly string[])[],
  header: readonly string[] | undefined,
  rows: number,
): string[] {
  if (!Array.isArray(metadata) || metadata.length !== rows) {
    const got = Array.isArray(metadata) ? String(metadata.length) : describe(metadata);
    throw new ArgumentError(`${op}: metadata must have a label for each of the ${rows} rows, got ${got}`);
  }
  const columns = header?.length ?? 1;
  const all = header === undefined ? metadata : [header, ...metadata];
  return all.map((label, i) => {
    const cells: unknown = typeof label === 'string' ? [label] : label;
    const where = `metadata[${header === undefined ? i : i - 1}]`;
    if (!Array.isArray(cells) || cells.length !== columns || cells.some((cell) => typeof cell !== 'string')) {
      throw new ArgumentError(
        `${op}: ${where} must be ${columns === 1 ? 'a string' : `${columns} strings`}, got ${describe(label)}`,
      );
    }
    const bad = cells.find((cell: string) => /[\t\n\r]/.test(cell));
    if (bad !== undefined) {
      throw new ValueError(`${op}: ${where} holds a tab or the end of a line, which its file can't: ${describe(bad)}`);
    }
    return `${cells.join('\t')}\n`;
  });
}
