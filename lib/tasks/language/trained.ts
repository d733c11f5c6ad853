import { noGrad } from '../../autograd/mode.js';
import { Generator } from '../../calls/generator.js';
import { ArgumentError } from '../../errors.js';
import { endToken, padToken, unknownToken } from '../../language_model/corpus.js';
import { contiguous } from '../../ops/copy.js';
import { softmax } from '../../ops/softmax.js';
import { select } from '../../ops/view.js';
import { Tensor } from '../../tensor/tensor.js';
import { sampleTokens } from '../../text/sampling.js';
import type { Vocabulary } from '../../text/vocabulary.js';
import { evaluateRun } from '../evaluate_run.js';
import { readTable } from '../table/read_table.js';
import type { Evaluation, GenerateSettings, Prediction, PredictSettings, Prepared, Trained } from '../task.js';
import type { Memory, SequenceModel } from './model.js';
import type { LanguageSettings } from './settings.js';
import { promptUnits, textPieces } from './text_units.js';

/** Words that are shown as the next one. */
const usualAnswers = 5;

interface Parts {
  readonly model: SequenceModel;
  readonly vocabulary: Vocabulary;
  readonly settings: LanguageSettings;
  readonly readData: (path: string) => Promise<Pick<Prepared, 'validation' | 'step'>>;
}

/** A language model that has its weights. */
export class TrainedLanguageModel implements Trained {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get model(): SequenceModel {
    return this.#parts.model;
  }

  async readInputs(path: string): Promise<string[]> {
    const { rows } = await readTable(path, { format: 'lines' });
    return rows.map(({ text }) => text as string);
  }

  lineInput(line: string): string {
    return line;
  }

  /** The likeliest next token after each text. */
  predict(inputs: readonly unknown[], { topK = usualAnswers, threshold = 0 }: PredictSettings): Prediction[] {
    const { vocabulary } = this.#parts;
    return (inputs as string[]).map((text) => {
      const ids = this.#startIds(text);
      const { logits } = this.#next(ids.slice(-this.#parts.settings.sequenceLength), null);
      const probabilities = noGrad(() => contiguous(softmax(logits, 0)));
      const { array } = probabilities.storage;
      const answers = vocabulary
        .tokens()
        .map((token, k) => ({ token, probability: array[probabilities.offset + k] }))
        .sort((a, b) => b.probability - a.probability)
        .slice(0, topK)
        .filter(({ probability }) => probability >= threshold);
      const shown = ({ token, probability }: (typeof answers)[number]) =>
        `${/\s/.test(token) ? JSON.stringify(token) : token} ${probability.toFixed(3)}`;
      return { json: { next: answers }, line: answers.map(shown).join('  ') || '(none)' };
    });
  }

  /** Goes on with a text, piece by piece. @throws ArgumentError for a text that holds nothing known */
  *generate(settings: GenerateSettings): globalThis.Generator<string> {
    const { vocabulary, settings: own } = this.#parts;
    const { prompt, length, seed, ...filter } = settings;
    const units = promptUnits(prompt, own);
    const known = units.filter((unit) => vocabulary.has(unit));
    if (units.length > 0 && known.length === 0) {
      throw new ArgumentError(`prompt: the model knows none of its ${own.level}s: ${units.slice(0, 5).join(' ')}`);
    }
    yield* textPieces(chain(units, this.#draw(prompt, length, filter, new Generator(seed))), own);
  }

  *#draw(
    prompt: string,
    length: number,
    filter: Pick<GenerateSettings, 'temperature' | 'topK' | 'topP'>,
    generator: Generator,
  ): globalThis.Generator<string> {
    const { vocabulary, settings } = this.#parts;
    const never = [padToken, unknownToken].map((token) => vocabulary.lookupIndex(token));
    if (settings.level === 'character') never.push(vocabulary.lookupIndex(endToken));
    const ids = this.#startIds(prompt);
    let memory: Memory = null;
    let shown = ids;
    for (let k = 0; k < length; k++) {
      const next: { logits: Tensor; memory: Memory } = this.#next(shown.slice(-settings.sequenceLength), memory);
      const { logits } = next;
      for (const id of never) logits.storage.array[logits.offset + id] = Number.NEGATIVE_INFINITY;
      const id = sampleTokens(logits, { ...filter, generator }).item();
      ids.push(id);
      memory = next.memory;
      // A recurrent model remembers; a transformer is shown its window anew.
      shown = memory === null ? ids : [id];
      yield vocabulary.lookupToken(id);
    }
  }

  /** What stands before the first token is the end of a sentence, or a line. */
  #startIds(text: string): number[] {
    const { vocabulary, settings } = this.#parts;
    const start = settings.level === 'character' && vocabulary.has('\n') ? '\n' : endToken;
    return [...vocabulary.encode([start, ...promptUnits(text, settings)])];
  }

  /** Logits of the token after these, [tokens], in memory of their own. */
  #next(ids: readonly number[], memory: Memory): { logits: Tensor; memory: Memory } {
    const { model } = this.#parts;
    const steps = ids.length;
    model.eval();
    return noGrad(() => {
      const [logits, next] = model.forward(Tensor.wrap(Int32Array.from(ids), [steps, 1], 'int32'), memory);
      return { logits: select(select(logits, 0, steps - 1), 0, 0).clone(), memory: next };
    });
  }

  readData(path: string): Promise<Pick<Prepared, 'validation' | 'step'>> {
    return this.#parts.readData(path);
  }

  async evaluate(data: Pick<Prepared, 'validation' | 'step'>): Promise<Evaluation> {
    const { loss } = await evaluateRun(this.model, data, {});
    const perplexity = Math.exp(loss);
    const { level } = this.#parts.settings;
    return {
      scores: { loss, perplexity, ...(level === 'character' ? { bitsPerCharacter: loss / Math.LN2 } : {}) },
      lines: [
        `loss ${loss.toFixed(4)}, perplexity ${perplexity.toFixed(2)}` +
          (level === 'character' ? `, ${(loss / Math.LN2).toFixed(3)} bits a character` : ''),
      ],
    };
  }
}

function* chain<T>(...parts: Iterable<T>[]): globalThis.Generator<T> {
  for (const part of parts) yield* part;
}
