// Files nearly right, damaged or made up, given to every reader: each is read, or refused with a typed error, soon and
// without much memory. What was read must be whole: every tensor lies inside its memory.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random } from '../random.mjs';
import { cross, mutate } from './mutations.mjs';
import { legacyFile, PickleGrammar, torchFile } from './pickle_grammar.mjs';
import { npyFile, safetensorsFile } from './text_grammars.mjs';
import { vectorFile, vectorOptions } from './vector_grammars.mjs';

const fixtures = new URL('../../../io/fixtures/', import.meta.url);
const vectors = new URL('../../../vectors/fixtures/', import.meta.url);

/** No small file may take longer, in milliseconds; machines that are busy included. */
const longest = 5000;

/** More than this in one tensor is not looked through. */
const mostElements = 10_000;

/** @param built where the library lies, a module a file */
export async function fuzz(built, options) {
  const [library, { zipParts }] = await Promise.all(
    ['index.js', 'io/zip/writer.js'].map((file) => import(new URL(file, built).href)),
  );
  return fuzzFiles(library, zipParts, options);
}

/**
 * @param library what `lutra` exports
 * @param zipParts makes archives
 * @param options count and seed of the files; onProgress is called now and then
 * @returns what happened, in words
 * @throws Error with the file as hexadecimal digits, where something else happened
 */
export async function fuzzFiles(library, zipParts, { count, seed, onProgress = () => {}, onStart = () => {} }) {
  const folder = mkdtempSync(join(tmpdir(), 'lutra-fuzz-'));
  try {
    return await new FileFuzzer(library, zipParts, folder).run(count, seed, onProgress, onStart);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

class FileFuzzer {
  constructor(library, zipParts, folder) {
    this.library = library;
    this.zip = (files, compress) => Buffer.concat(zipParts(files, compress));
    this.path = join(folder, 'file');
    this.originals = originals(library);
    this.made = {
      torch: [(random) => torchFile(random, this.zip), legacyFile, (random) => this.damagedPickle(random)],
      safetensors: [safetensorsFile],
      npy: [npyFile],
      npz: [(random) => this.arrays(random)],
      vectors: [vectorFile],
    };
    this.read = 0;
    this.refused = 0;
    this.slowest = 0;
  }

  async run(count, seed, onProgress, onStart) {
    const before = process.resourceUsage().maxRSS;
    for (let i = 0; i < count; i++) {
      onStart(i);
      // Every file has a seed of its own: a failure is found again without those before it.
      const random = new Random(Math.imul(seed, 0x9e3779b1) + i);
      const [kind, bytes] = this.file(random);
      await this.attempt(kind, bytes, random, i);
      if (i % 1000 === 999) onProgress(i + 1, this.summary(before));
    }
    return this.summary(before);
  }

  summary(before) {
    const grown = (process.resourceUsage().maxRSS - before) / 1024;
    const { read, refused, slowest } = this;
    return `${read} read, ${refused} refused, the slowest took ${slowest.toFixed(0)} ms, memory grew by ${grown.toFixed(0)} MB`;
  }

  file(random) {
    const kind = random.pick([
      'torch',
      'torch',
      'torch',
      'safetensors',
      'npy',
      'npz',
      'vocabulary',
      'vectors',
      'fasttext',
    ]);
    const originals = this.originals[kind];
    if (this.made[kind] !== undefined && random.chance(0.6)) {
      const bytes = random.pick(this.made[kind])(random);
      return [kind, random.chance(0.2) ? mutate(random, bytes) : bytes];
    }
    if (random.chance(0.1)) return [kind, cross(random, random.pick(originals), random.pick(originals))];
    return [random.chance(0.97) ? kind : random.pick(Object.keys(this.made)), mutate(random, random.pick(originals))];
  }

  /** A damaged pickle in a sound archive: the checksum would hide it from the reader otherwise. */
  damagedPickle(random) {
    const pickle = mutate(random, new PickleGrammar(random, false).bytes());
    const files = [{ name: 'x/data.pkl', parts: [pickle] }];
    for (let key = 0; key < 4; key++)
      files.push({ name: `x/data/${key}`, parts: [Buffer.alloc(4 * random.below(20))] });
    return this.zip(files, random.chance(0.1));
  }

  arrays(random) {
    const files = random.some(3, () => ({
      name: `${random.pick(['a', 'b', 'größe', 'c/d'])}${random.chance(0.9) ? '.npy' : ''}`,
      parts: [npyFile(random)],
    }));
    return this.zip(files, random.chance(0.5));
  }

  async attempt(kind, bytes, random, number) {
    const started = performance.now();
    try {
      this.look(await this.parse(kind, bytes, random), 0, new Set());
      this.read++;
    } catch (error) {
      this.refused++;
      const { FileFormatError, ValueError } = this.library;
      // A ValueError: a sound file without what was asked for, or one that another reader is meant for.
      const isTyped =
        error instanceof FileFormatError ||
        (error instanceof ValueError && /holds no(ne of the| ")|reads it|FastText/.test(error.message));
      if (!isTyped) this.fail(kind, bytes, number, error.stack ?? String(error));
      if (error.message.length > 2000)
        this.fail(kind, bytes, number, `a message of ${error.message.length} characters`);
    }
    const took = performance.now() - started;
    this.slowest = Math.max(this.slowest, took);
    if (took > longest) this.fail(kind, bytes, number, `it took ${took} ms`);
  }

  fail(kind, bytes, number, what) {
    const shown = Buffer.from(bytes.subarray(0, 4096)).toString('hex');
    throw new Error(`file ${number}, for the reader of ${kind}, ${bytes.length} bytes: ${what}\n${shown}`);
  }

  /** A new file each time: overwriting makes some file systems wait for the disk. */
  write(bytes) {
    rmSync(this.path, { force: true });
    writeFileSync(this.path, bytes);
  }

  parse(kind, bytes, random) {
    const { library, path } = this;
    if (kind === 'vectors') {
      this.write(bytes);
      return library.KeyedVectors.load(path, vectorOptions(random));
    }
    if (kind === 'fasttext') {
      this.write(bytes);
      const { FastText, FastTextClassifier, FastTextKeyedVectors, KeyedVectors } = library;
      const readers = [FastText, FastTextClassifier, FastTextKeyedVectors, KeyedVectors];
      return random.pick(readers).load(path);
    }
    const names = random.chance(0.8) ? undefined : random.pick([['x'], [], (name) => name.length % 2 === 0]);
    if (kind === 'vocabulary' || random.chance(0.05)) {
      this.write(bytes);
      if (kind === 'vocabulary') return library.Vocabulary.load(path).tokens();
      if (kind === 'npy') return library.loadNpy(path);
      return { torch: library.loadTorch, safetensors: library.loadSafetensors, npz: library.loadNpz }[kind](path, {
        names,
      });
    }
    if (kind === 'npy') return library.parseNpy(bytes);
    return { torch: library.parseTorch, safetensors: library.parseSafetensors, npz: library.parseNpz }[kind](bytes, {
      names,
    });
  }

  /** Reads every number: one outside its memory would be undefined. */
  look(value, depth, seen) {
    if (value === null || typeof value !== 'object' || seen.has(value) || depth > 20) return;
    seen.add(value);
    if (value instanceof this.library.Tensor) {
      // Lists of so many empty lists are as long as lists of numbers.
      if (value.shape.reduce((n, size) => n * Math.max(size, 1), 1) > mostElements) return;
      const dense = value.isSparse ? value.values : value;
      for (const x of dense.tolist === undefined ? [] : [dense.tolist()].flat(Number.POSITIVE_INFINITY)) {
        if (typeof x !== 'number' && typeof x !== 'boolean') throw new Error(`an element is ${String(x)}`);
      }
    } else if (value instanceof Map || value instanceof Set || Array.isArray(value)) {
      for (const item of value.values()) this.look(item, depth + 1, seen);
    } else if (!ArrayBuffer.isView(value)) {
      for (const item of Object.values(value)) this.look(item, depth + 1, seen);
    }
  }
}

function originals(library) {
  const fasttext = readdirSync(new URL('fasttext/', vectors))
    .filter((name) => /\.(bin|ftz)$/.test(name))
    .map((name) => readFileSync(new URL(`fasttext/${name}`, vectors)))
    .filter((bytes) => bytes.length < 50_000);
  const files = { fasttext, torch: [], safetensors: [], npy: [], npz: [], vocabulary: [], vectors: [] };
  const kinds = { pt: 'torch', safetensors: 'safetensors', npy: 'npy', npz: 'npz' };
  for (const name of readdirSync(fixtures)) {
    const kind = kinds[name.split('.').pop()];
    const bytes = readFileSync(new URL(name, fixtures));
    if (kind !== undefined && bytes.length < 20_000) files[kind].push(bytes);
  }
  for (const name of ['gensim.bin', 'gensim.txt']) files.vectors.push(readFileSync(new URL(name, vectors)));
  const vocabulary = library.Vocabulary.fromTokens(['a', 'b', 'a', 'größe'], {
    specials: ['<unk>'],
    unknownToken: '<unk>',
  });
  files.vocabulary.push(Buffer.from(JSON.stringify(vocabulary)));
  return files;
}
