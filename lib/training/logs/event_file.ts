import { closeSync, openSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { makeFolders } from '../../io/folders.js';
import { maskedCrc32c } from './crc32c.js';
import { ProtoMessage } from './protobuf.js';

/** What waits is written when it is this much, or this old. */
const mostBytes = 65_536;
const longestWait = 2000;

let files = 0;

/**
 * A file of events as TensorBoard reads it: records of a length, its checksum, an `Event` message, its checksum
 * (tensorboard/summary/writer/record_writer.py and tensorboard/compat/proto/event.proto).
 */
export class EventFile {
  readonly path: string;
  readonly #folder: string;
  #file: number | null = null;
  #waiting: Buffer[] = [];
  #bytes = 0;
  #written = performance.now();

  /** The file is made, and its folder, with the first event. */
  constructor(folder: string) {
    const seconds = Math.floor(Date.now() / 1000);
    this.path = join(folder, `events.out.tfevents.${seconds}.${hostname()}.${process.pid}.${files++}`);
    this.#folder = folder;
  }

  /** @param fill adds what happened to the event */
  add(step: number, fill: (event: ProtoMessage) => void): void {
    if (this.#file === null) {
      makeFolders(this.#folder);
      this.#file = openSync(this.path, 'a');
      this.#push(new ProtoMessage().double(1, Date.now() / 1000).string(3, 'brain.Event:2'));
    }
    const event = new ProtoMessage().double(1, Date.now() / 1000).integer(2, step);
    fill(event);
    this.#push(event);
    if (this.#bytes > mostBytes || performance.now() - this.#written > longestWait) this.flush();
  }

  #push(event: ProtoMessage): void {
    const data = event.encode();
    const record = Buffer.allocUnsafe(16 + data.length);
    record.writeBigUInt64LE(BigInt(data.length), 0);
    record.writeUInt32LE(maskedCrc32c(record.subarray(0, 8)), 8);
    data.copy(record, 12);
    record.writeUInt32LE(maskedCrc32c(data), 12 + data.length);
    this.#waiting.push(record);
    this.#bytes += record.length;
  }

  flush(): void {
    this.#written = performance.now();
    if (this.#file === null || this.#bytes === 0) return;
    const bytes = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#bytes = 0;
    for (let done = 0; done < bytes.length; ) done += writeSync(this.#file, bytes, done);
  }

  /** Writes what waits. What is added later goes to the same file. */
  close(): void {
    this.flush();
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }
}
