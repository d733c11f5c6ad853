import { type SpawnOptions, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadSafetensors, Vocabulary } from '../../../lib/index.js';
import { TokenBatches } from '../../../lib/language_model/batches.js';
import { endToken, textCorpus } from '../../../lib/language_model/corpus.js';
import { evaluate } from '../../../lib/language_model/evaluate.js';
import { LanguageModel } from '../../../lib/language_model/model.js';
import { grammarText } from '../../language_model/grammar_text.js';

const main = new URL('../../../dist/cli/main.js', import.meta.url).pathname;
const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));

let folder: string;
let text: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lutra-cli-'));
  text = join(folder, 'grammar.txt');
  writeFileSync(text, grammarText(400, 5).replaceAll(' . ', ' .\n'));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Outcome {
  code: number | null;
  out: string;
  err: string;
}

/** Runs `lutra …`; `watch` sees the output as it grows. */
function lutra(
  args: string[],
  watch: (out: string, kill: (signal: NodeJS.Signals) => void) => void = () => {},
  program = main,
) {
  const options: SpawnOptions = { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] };
  const child = spawn(process.execPath, [program, ...args], options);
  const outcome: Outcome = { code: null, out: '', err: '' };
  child.stdout!.on('data', (data) => {
    outcome.out += data;
    watch(outcome.out, (signal) => child.kill(signal));
  });
  child.stderr!.on('data', (data) => {
    outcome.err += data;
  });
  return new Promise<Outcome>((resolve) => child.on('close', (code) => resolve({ ...outcome, code })));
}

interface Pass {
  validationPerplexity: number;
}

/** The validation perplexity of saved weights, computed as `lutra train` computes it. */
async function perplexityOf(weights: string, run: string): Promise<number> {
  const vocabulary = Vocabulary.load(join(run, 'vocabulary.json'));
  const { tensors } = loadSafetensors(weights);
  const [[vocabularySize, embeddingDim], [, hiddenDim]] = [
    tensors['embedding.weight'].shape,
    tensors['lstm.weight_hh_l0'].shape,
  ];
  const model = new LanguageModel({ vocabularySize, embeddingDim, hiddenDim });
  model.loadStateDict(tensors);
  const ids = vocabulary.encode(textCorpus(text).validation);
  const startId = vocabulary.lookupIndex(endToken);
  const batches = new TokenBatches(ids, { startId, batchSize: 16, sequenceLength: 35, remainder: 'pad' });
  return Math.exp((await evaluate(model, batches))!);
}

const small = ['--embedding-dim', '8', '--hidden-dim', '12', '--epochs', '2'];

describe('lutra train', () => {
  test('trains on a text, says what it does, and writes what it learned', async () => {
    const output = join(folder, 'runs', 'one');
    const { code, out, err } = await lutra([
      'train',
      '--text',
      text,
      ...small,
      '--output',
      output,
      '--neighbours',
      'Cat,dog',
    ]);
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(out).toMatch(/grammar.txt: [\d,]+ tokens for training, [\d,]+ for validation/);
    expect(out).toMatch(/Unigram baseline: validation perplexity \d+\.\d\d/);
    expect(out).toMatch(/Embedding\(\d+, 8\) → LSTM\(8, 12\) → Linear\(12, \d+\)/);
    expect(out).toMatch(/pass 1\/2: training loss \d\.\d{4}, validation perplexity \d+\.\d\d/);
    expect(out).toMatch(/pass 2\/2: .* tokens\/s/);
    expect(out).toMatch(/Generated at temperature 0.8:\n {2}\S+/);
    expect(out).toMatch(/\n {2}Cat {2}\S+ -?\d\.\d\d, /);

    const vocabulary = Vocabulary.load(join(output, 'vocabulary.json'));
    expect(vocabulary.lookupTokens([0, 1, 2])).toEqual(['<pad>', '<unk>', '<eos>']);
    const { tensors, metadata } = loadSafetensors(join(output, 'model.safetensors'));
    expect(metadata).toMatchObject({ embeddingDim: '8', hiddenDim: '12', lowercase: 'true' });
    expect(tensors['embedding.weight'].shape).toEqual([vocabulary.size, 8]);
    expect(tensors['lstm.weight_ih_l0'].shape).toEqual([48, 8]);
    expect(tensors['linear.weight'].shape).toEqual([vocabulary.size, 12]);
    const metrics = JSON.parse(readFileSync(join(output, 'metrics.json'), 'utf8'));
    expect(metrics).toMatchObject({ seed: 1, epochs: 2, interrupted: false });
    const keys = ['trainLoss', 'validationPerplexity', 'unigramPerplexity', 'tokensPerSecond', 'seconds', 'parameters'];
    for (const key of keys) expect(metrics[key]).toBeGreaterThan(0);
  });

  test('gives the same weights and numbers from the same seed, whatever the threads; others from another', async () => {
    const run = async (name: string, ...more: string[]) => {
      const output = join(folder, name);
      const { code } = await lutra(['train', text, ...small, '--dropout', '0.1', '--output', output, ...more]);
      expect(code).toBe(0);
      const { tokensPerSecond, seconds, history, ...metrics } = JSON.parse(
        readFileSync(join(output, 'metrics.json'), 'utf8'),
      );
      return { weights: readFileSync(join(output, 'model.safetensors')).toString('base64'), metrics };
    };
    const first = await run('a', '--threads', '1');
    expect(await run('b', '--threads', '2')).toEqual(first);
    const other = await run('c', '--seed', '2');
    expect(other.weights).not.toBe(first.weights);
    expect(other.metrics.validationPerplexity).not.toBe(first.metrics.validationPerplexity);
  });

  test.each(['SIGINT', 'SIGTERM'] as const)(
    '%s: keeps the best pass, and the moment’s weights beside it',
    async (signal) => {
      const output = join(folder, signal);
      const forever = [
        'train',
        text,
        '--epochs',
        '100000',
        '--patience',
        '100000',
        '--hidden-dim',
        '64',
        '--output',
        output,
      ];
      let sent = false;
      const { code, out, err } = await lutra(forever, (seen, kill) => {
        if (!sent && seen.includes('pass 3/')) {
          sent = true;
          kill(signal);
        }
      });
      expect(err).toBe('');
      expect(code).toBe(signal === 'SIGINT' ? 130 : 143);
      expect(out).toMatch(/Stopping after this step/);
      expect(out).toMatch(
        /Interrupted after \d+ whole passes; model\.safetensors holds pass \d+, the best by .* learned last\./,
      );
      const metrics = JSON.parse(readFileSync(join(output, 'metrics.json'), 'utf8'));
      expect(metrics).toMatchObject({ interrupted: true, epochs: expect.any(Number), bestEpoch: expect.any(Number) });
      const best = metrics.history[metrics.bestEpoch - 1];
      expect(metrics.validationPerplexity).toBe(
        Math.min(...metrics.history.map((pass: Pass) => pass.validationPerplexity)),
      );
      expect(metrics).toMatchObject({ validationPerplexity: best.validationPerplexity, trainLoss: best.trainLoss });
      expect(await perplexityOf(join(output, 'model.safetensors'), output)).toBeCloseTo(best.validationPerplexity, 4);
      const moment = readFileSync(join(output, 'interrupted.safetensors'));
      expect(moment.equals(readFileSync(join(output, 'model.safetensors')))).toBe(false);
      expect(loadSafetensors(join(output, 'interrupted.safetensors')).tensors['lstm.weight_hh_l0'].shape).toEqual([
        256, 64,
      ]);
      // Another run in this folder leaves no weights of this one.
      expect((await lutra(['train', text, ...small, '--output', output])).err).toMatch(/--overwrite/);
      expect((await lutra(['train', text, ...small, '--output', output, '--overwrite'])).code).toBe(0);
      expect(readdirSync(output).sort()).toEqual(['metrics.json', 'model.safetensors', 'vocabulary.json']);
    },
  );

  test('stopped in its first pass, it has what was learned so far', async () => {
    const output = join(folder, 'first-pass');
    const slow = join(folder, 'slow.txt');
    writeFileSync(slow, grammarText(40_000, 5));
    let sent = false;
    const { code, out } = await lutra(['train', slow, '--hidden-dim', '256', '--output', output], (seen, kill) => {
      if (sent || !seen.includes('Model: ')) return;
      sent = true;
      kill('SIGINT');
    });
    expect(code).toBe(130);
    expect(out).toContain('Interrupted in the first pass; what was learned so far is saved.');
    expect(readdirSync(output).sort()).toEqual(['metrics.json', 'model.safetensors', 'vocabulary.json']);
    const metrics = JSON.parse(readFileSync(join(output, 'metrics.json'), 'utf8'));
    expect(metrics).toMatchObject({ interrupted: true, bestEpoch: null, epochs: 0, validationPerplexity: null });
  });

  test('names its folder after the text', async () => {
    const { code, out } = await lutra(['train', text, ...small, '--generate', '0', '--epochs', '1']);
    expect(code).toBe(0);
    expect(out).toContain(`Written: ${join('runs', 'grammar', 'model.safetensors')}`);
    expect(out).not.toContain('Generated');
  });

  test('leaves an earlier run alone: the next one gets a number, a named folder is refused', async () => {
    const once = ['train', text, ...small, '--generate', '0', '--epochs', '1'];
    const named = [...once, '--output', join(folder, 'twice')];
    const run = (out: string) => /Written: (.*)model\.safetensors/.exec(out)?.[1];
    const before = run((await lutra(once)).out)!;
    const kept = readFileSync(join(folder, before, 'model.safetensors'));
    const after = run((await lutra([...once, '--seed', '2'])).out)!;
    expect(after).not.toBe(before);
    expect(after).toMatch(/^runs\/grammar-\d+\/$/);
    expect(readFileSync(join(folder, before, 'model.safetensors'))).toEqual(kept);

    expect((await lutra(named)).code).toBe(0);
    const refused = await lutra(named);
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(/^error: .*twice.model.safetensors is there from an earlier run; .*--overwrite\n$/);
    expect((await lutra([...named, '--overwrite'])).code).toBe(0);
  });

  test('killed after a pass, it has what that pass learned', async () => {
    const output = join(folder, 'killed');
    const forever = ['train', text, '--hidden-dim', '32', '--epochs', '100000', '--patience', '100000'];
    let sent = false;
    const { code } = await lutra([...forever, '--output', output], (seen, kill) => {
      if (sent || !seen.includes('pass 2/')) return;
      sent = true;
      kill('SIGKILL');
    });
    expect(code).toBeNull();
    const { tensors } = loadSafetensors(join(output, 'model.safetensors'));
    expect(tensors['lstm.weight_hh_l0'].shape).toEqual([128, 32]);
    const metrics = JSON.parse(readFileSync(join(output, 'metrics.json'), 'utf8'));
    expect(metrics.interrupted).toBe(true);
    expect(metrics.bestEpoch).toBeGreaterThan(0);
    expect(metrics.history.length).toBe(metrics.epochs);
    expect(metrics.validationPerplexity).toBe(metrics.history[metrics.bestEpoch - 1].validationPerplexity);
  });

  test('reads UTF-16 without its mark', async () => {
    const wide = join(folder, 'wide.txt');
    writeFileSync(wide, Buffer.from(readFileSync(text, 'utf8'), 'utf16le'));
    const { code, out } = await lutra(['train', wide, ...small, '--generate', '0', '--epochs', '1']);
    expect(code).toBe(0);
    expect(out).toMatch(/wide.txt: [\d,]+ tokens for training/);
  });

  test('continues a prompt', async () => {
    const { out } = await lutra([
      'train',
      text,
      ...small,
      '--prompt',
      'The old',
      '--temperature',
      '0',
      '--generate',
      '5',
    ]);
    expect(out).toMatch(/from "The old":\n {2}The old \S+/);
  });
});

describe('a wrong command line', () => {
  /** One line on the error stream, no stack, exit code 1. */
  async function refused(args: string[], message: RegExp): Promise<void> {
    const { code, err, out } = await lutra(args);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/\n\s+at /);
    expect(out).toBe('');
    expect(code).toBe(1);
  }

  test.each([
    ['a misspelt option', ['--epoch', '3'], /unknown option '--epoch'\n\(Did you mean --epochs\?\)/],
    [
      'half a pass',
      ['--epochs', '1.5'],
      /'--epochs <n>' argument '1.5' is invalid. It must be an integer of at least 1/,
    ],
    ['no passes', ['--epochs', '0'], /at least 1/],
    ['a word for a number', ['--lr', 'fast'], /It must be a number above 0/],
    ['nothing for a number', ['--lr', ''], /It must be a number above 0/],
    ['too many threads', ['--threads', '5000'], /an integer from 1 to 1024/],
    ['dropout of 1', ['--dropout', '1'], /from 0 up to, but not including, 1/],
    ['a negative temperature', ['--temperature', '-1'], /of at least 0/],
    ['no such optimizer', ['--optimizer', 'adm'], /Allowed choices are adam, sgd/],
    ['a missing value', ['--seed'], /argument missing/],
    ['two texts', ['--text', 'a.txt', 'b.txt'], /both --text a.txt and b.txt were given/],
    ['three texts', ['a.txt', 'b.txt'], /too many arguments/],
  ])('%s', (_, args, message) => refused(['train', ...args], message));

  test('no such command', () => refused(['trian'], /unknown command 'trian'\n\(Did you mean train\?\)/));

  test('a text that cannot be trained on, in one line', async () => {
    const write = (name: string, content: string | Buffer) => {
      writeFileSync(join(folder, name), content);
      return name;
    };
    mkdirSync(join(folder, 'sub'));
    const cases: [string, RegExp][] = [
      ['missing.txt', /^error: can't read missing.txt: there is no such file\n$/],
      ['sub', /^error: can't read sub: it is a folder\n$/],
      [write('empty.txt', ''), /^error: empty.txt is empty\n$/],
      [write('binary.bin', Buffer.from([1, 0, 2])), /^error: binary.bin is a binary file.*\n$/],
      [write('small.txt', 'Too small. A text.'), /^error: small.txt is too small to train on: .*\n$/],
    ];
    for (const [file, message] of cases) await refused(['train', '--text', file], message);
  });

  test('what only the text shows to be wrong, in one line', async () => {
    await refused(
      ['train', text, '--neighbours', 'unicorn'],
      /^error: --neighbours: "unicorn" is not among the \d+ words\n$/,
    );
    await refused(
      ['train', text, '--batch-size', '100000'],
      /^error: --batch-size 100000 is more than the \d+ words of .*\n$/,
    );
    await refused(['train', text, '--output', text], /^error: EEXIST.*\n$/);
  });

  test('a folder that the system does not make, at once', { timeout: 20_000 }, async () => {
    await refused(['train', text, '--output', '/proc/lutra/runs'], /^error: (ENOENT|EACCES|EPERM).*\/proc\/lutra'\n$/);
  });
});

describe('without a binary for this machine', () => {
  test('help is shown, and a training says in a few lines what to do', async () => {
    const copy = join(folder, 'copy');
    const root = new URL('../../../', import.meta.url).pathname;
    mkdirSync(copy);
    cpSync(join(root, 'dist'), join(copy, 'dist'), { recursive: true });
    cpSync(join(root, 'package.json'), join(copy, 'package.json'));
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    const lonely = join(copy, 'dist', 'cli', 'main.js');
    expect(await lutra(['--help'], undefined, lonely)).toMatchObject({ code: 0, err: '' });
    expect(await lutra(['--version'], undefined, lonely)).toEqual({ code: 0, out: `${version}\n`, err: '' });
    const { code, err } = await lutra(['train', text], undefined, lonely);
    expect(code).toBe(1);
    expect(err).toMatch(/^error: lutra .*no native binary/);
    expect(err).not.toMatch(/\n\s+at /);
  });
});

describe('help', () => {
  test('lists every option of training with its default', async () => {
    const { code, out } = await lutra(['train', '--help']);
    expect(code).toBe(0);
    for (const option of [
      'text',
      'epochs',
      'embedding-dim',
      'hidden-dim',
      'layers',
      'batch-size',
      'sequence-length',
      'lr',
    ]) {
      expect(out).toMatch(new RegExp(`--${option} <.+> .*`));
    }
    for (const option of [
      'optimizer',
      'dropout',
      'seed',
      'threads',
      'min-frequency',
      'max-vocabulary',
      'output',
      'generate',
    ]) {
      expect(out).toMatch(new RegExp(`--${option} <.+> .*`));
    }
    expect(out.match(/default/g)!.length).toBeGreaterThan(18);
  });

  test('names the commands', async () => {
    const { code, out } = await lutra(['--help']);
    expect(code).toBe(0);
    expect(out).toMatch(/train .*language model on a text/);
  });

  test('the version is the package’s', async () => {
    for (const flag of ['--version', '-v'])
      expect(await lutra([flag])).toEqual({ code: 0, out: `${version}\n`, err: '' });
  });
});
