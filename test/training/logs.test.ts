import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CsvLogger, JsonLinesLogger, metrics, SummaryWriter, type TrainingLogger, tensor } from '../../lib/index.js';
import { crc32c } from '../../lib/training/logs/crc32c.js';
import { newFolder, quiet, setUp } from './small_problem.js';

/** The fields of a message of Protocol Buffers: numbers, and bytes that may be messages. */
function fieldsOf(bytes: Buffer): [field: number, value: number | Buffer][] {
  const fields: [number, number | Buffer][] = [];
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const key = varint();
    const type = key % 8;
    const start = at;
    if (type === 0) {
      fields.push([key >> 3, varint()]);
    } else if (type === 1) {
      at += 8;
      fields.push([key >> 3, bytes.readDoubleLE(start)]);
    } else if (type === 5) {
      at += 4;
      fields.push([key >> 3, bytes.readFloatLE(start)]);
    } else {
      const length = varint();
      fields.push([key >> 3, bytes.subarray(at, at + length)]);
      at += length;
    }
  }
  return fields;
}

/** The events of a file, checksums looked at. */
function eventsOf(folder: string): Map<number, number | Buffer>[] {
  const [name] = readdirSync(folder).filter((file) => file.startsWith('events.out.tfevents.'));
  const bytes = readFileSync(join(folder, name));
  const masked = (data: Buffer) => {
    const crc = crc32c(data);
    return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
  };
  const events: Map<number, number | Buffer>[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at));
    expect(bytes.readUInt32LE(at + 8)).toBe(masked(bytes.subarray(at, at + 8)));
    const data = bytes.subarray(at + 12, at + 12 + length);
    expect(bytes.readUInt32LE(at + 12 + length)).toBe(masked(data));
    events.push(new Map(fieldsOf(data)));
    at += 16 + length;
  }
  return events;
}

describe('event files', () => {
  test('have the checksum that RFC 3720 gives for its examples', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
    expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
    expect(crc32c(Buffer.alloc(32, 255))).toBe(0x62a8ab43);
  });

  test('hold scalars, histograms, texts and embeddings as TensorBoard reads them', () => {
    const folder = newFolder();
    const writer = new SummaryWriter(folder);
    writer.addScalar('loss', 2.5, 300);
    writer.addScalar('loss', tensor(1.5), 2 ** 40);
    writer.addHistogram('weights', tensor([-1, 0, 0.5, 2]), 3);
    writer.addText('note', 'an *otter* ü', 4);
    writer.log({ 'train/loss': 1, lr: 0.25 }, 5);
    writer.addEmbedding(
      tensor([
        [1, 2],
        [3, 4.5],
      ]),
      { metadata: ['otter', 'river'], globalStep: 7, tag: 'words' },
    );
    writer.addEmbedding(tensor([[1, 2]]), { metadata: [['a', 'b']], metadataHeader: ['word', 'kind'] });
    writer.close();
    const [first, ...events] = eventsOf(folder);
    expect(String(first.get(3))).toBe('brain.Event:2');
    expect(events.map((event) => event.get(2))).toEqual([300, 2 ** 40, 3, 4, 5]);
    const values = events.map((event) =>
      fieldsOf(event.get(5) as Buffer).map(([, v]) => new Map(fieldsOf(v as Buffer))),
    );
    const scalars = [values[0][0], values[1][0], ...values[4]].map((v) => [String(v.get(1)), v.get(2)]);
    expect(scalars).toEqual([
      ['loss', 2.5],
      ['loss', 1.5],
      ['train/loss', 1],
      ['lr', 0.25],
    ]);
    const histogram = new Map(fieldsOf(values[2][0].get(5) as Buffer));
    expect([1, 2, 3, 4, 5].map((field) => histogram.get(field))).toEqual([-1, 2, 4, 1.5, 5.25]);
    expect(String(fieldsOf(values[3][0].get(8) as Buffer).find(([field]) => field === 8)![1])).toBe('an *otter* ü');
    expect(readFileSync(join(folder, '00007/words/tensors.tsv'), 'utf8')).toBe('1\t2\n3\t4.5\n');
    expect(readFileSync(join(folder, '00007/words/metadata.tsv'), 'utf8')).toBe('otter\nriver\n');
    expect(readFileSync(join(folder, '00000/default/metadata.tsv'), 'utf8')).toBe('word\tkind\na\tb\n');
    const python = process.env.LUTRA_TENSORBOARD_PYTHON;
    if (python === undefined) return;
    const script = new URL('../torch/check_events.py', import.meta.url).pathname;
    const read = JSON.parse(execFileSync(python, [script, folder], { encoding: 'utf8' }));
    expect(read).toMatchObject({
      scalars: {
        loss: [
          [300, 2.5],
          [2 ** 40, 1.5],
        ],
        'train/loss': [[5, 1]],
        lr: [[5, 0.25]],
      },
      texts: { 'note/text_summary': [[4, 'an *otter* ü']] },
      embeddings: [
        ['words:00007', '00007/words/tensors.tsv', '00007/words/metadata.tsv'],
        ['default:00000', '00000/default/tensors.tsv', '00000/default/metadata.tsv'],
      ],
    });
    expect(read.histograms.weights[0].slice(0, 7)).toEqual([3, -1, 2, 4, 1.5, 5.25, 4]);
  });

  test('can not be given what they can not hold', () => {
    const writer = new SummaryWriter(newFolder());
    expect(() => writer.addHistogram('a', [1, Number.NaN])).toThrow(
      /addHistogram: values\[1\] must be a finite number/,
    );
    expect(() => writer.addScalar('', 1)).toThrow(/addScalar: tag must be a string/);
    expect(() => writer.addScalar('a', 1, -1)).toThrow(
      /addScalar: globalStep must be an integer of at least 0, got -1/,
    );
    expect(() => writer.addEmbedding(tensor([[1]]), { metadata: ['a\tb'] })).toThrow(/metadata\[0\] holds a tab/);
    expect(() => writer.addEmbedding(tensor([[1]]), { metadata: [] })).toThrow(/a label for each of the 1 rows, got 0/);
    expect(() => writer.addEmbedding(tensor([[1]]), { tag: '../x' })).toThrow(/tag must be made of letters/);
    expect(existsSync(writer.logDir)).toBe(false);
  });
});

describe('logs of a training', () => {
  const rows = (path: string) =>
    readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, number>);
  const essence = (path: string) => rows(path).map(({ time: _, ...row }) => row);

  test('are lines of JSON, and a table; a training that goes on writes nothing twice', async () => {
    const folder = newFolder();
    const run = async (name: string, options: object, resume = false) => {
      const loggers = [new JsonLinesLogger(join(folder, `${name}.jsonl`)), new CsvLogger(join(folder, `${name}.csv`))];
      const { trainer, loader, held } = setUp({ metrics: { accuracy: new metrics.Accuracy() }, clipGradNorm: 1 });
      return trainer.fit(loader, {
        ...quiet,
        epochs: 3,
        validation: held,
        loggers,
        logEverySteps: 2,
        checkpoints: { folder: join(folder, name), everySteps: 3 },
        resume,
        ...options,
      });
    };
    await run('whole', {});
    // Fails after step 7; what was logged of it comes again, from the checkpoint of step 6.
    const failing = {
      onStep: ({ step }: { step: number }) => {
        if (step === 8) throw new Error('enough');
      },
    };
    const checkpoints = { folder: join(folder, 'part'), everySteps: 3, onException: false };
    await expect(run('part', { callbacks: [failing], checkpoints })).rejects.toThrow('enough');
    await run('part', {}, true);
    const lines = essence(join(folder, 'whole.jsonl'));
    expect(essence(join(folder, 'part.jsonl'))).toEqual(lines);
    expect(lines.map(({ step }) => step)).toEqual([2, 4, 5, 5, 6, 8, 10, 10, 10, 12, 14, 15, 15]);
    expect(Object.keys(lines[0])).toEqual(['step', 'train/loss', 'lr', 'epoch', 'train/gradNorm']);
    expect(Object.keys(lines[2])).toEqual(['step', 'validation/loss', 'validation/accuracy', 'epoch']);
    const table = readFileSync(join(folder, 'whole.csv'), 'utf8').split('\n');
    expect(table[0]).toBe(
      'step,time,train/loss,lr,epoch,train/gradNorm,validation/loss,validation/accuracy,epoch/loss',
    );
    expect(table).toHaveLength(lines.length + 2);
    for (const [i, row] of lines.entries()) {
      const cells = table[i + 1].split(',');
      for (const [name, value] of Object.entries(row))
        expect(Number(cells[table[0].split(',').indexOf(name)])).toBe(value);
    }
    const without = (name: string) => readFileSync(join(folder, name), 'utf8').replace(/^(\d+),[\d.]+/gm, '$1');
    expect(without('part.csv')).toBe(without('whole.csv'));
  });

  test('go to any object with log', async () => {
    const { trainer, loader } = setUp();
    const seen: number[] = [];
    const logger: TrainingLogger = { log: (_, step) => void seen.push(step) };
    await trainer.fit(loader, { ...quiet, epochs: 1, loggers: [logger], logEverySteps: 2 });
    expect(seen).toEqual([2, 4, 5]);
    await expect(trainer.fit(loader, { ...quiet, epochs: 1, loggers: [{}] as never })).rejects.toThrow(
      /loggers\[0\] must have log\(values, step\)/,
    );
  });

  test('take a line that was cut off by a crash for none', () => {
    const path = join(newFolder(), 'log.jsonl');
    const logger = new JsonLinesLogger(path);
    logger.open(0);
    for (const step of [1, 2, 3]) logger.log({ loss: step === 2 ? Number.NaN : 1 }, step);
    logger.flush();
    writeFileSync(path, readFileSync(path, 'utf8').slice(0, -9));
    new JsonLinesLogger(path).open(5);
    expect(rows(path).map(({ step, loss }) => [step, loss])).toEqual([
      [1, 1],
      [2, 'NaN'],
    ]);
  });
});

test.each([
  ['JsonLinesLogger', (path: string) => new JsonLinesLogger(path)],
  ['CsvLogger', (path: string) => new CsvLogger(path)],
  ['SummaryWriter', (path: string) => new SummaryWriter(path)],
])('%s takes numbers only', (name, make) => {
  const logger: TrainingLogger = make(join(newFolder(), 'log'));
  logger.open?.(0);
  expect(() => logger.log({ loss: 5n as never }, 1)).toThrow(`${name}.log: "loss" must be a number, got 5n`);
  expect(() => logger.log(null as never, 1)).toThrow(`${name}.log: values must be an object of numbers, got null`);
  expect(() => logger.log({ loss: 1 }, 1.5)).toThrow(`${name}.log: step must be a whole number, got 1.5`);
});
