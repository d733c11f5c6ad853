import type { Metric, Neighbours } from '../../lib/view/protocol.js';
import { announce, byId, onChoice } from '../elements.js';
import { showWords } from './word_list.js';

const count = 20;

/** Shows a word, and what is nearest to it. */
export class WordPanel {
  readonly #section = byId('word', HTMLElement);
  readonly #title = byId('word-title', HTMLElement);
  readonly #list = byId('neighbours', HTMLOListElement);
  readonly #hint = byId('hint', HTMLElement);
  #metric: Metric = 'cosine';
  #index = -1;
  #asked = 0;

  constructor(
    private readonly ask: (index: number, metric: Metric, count: number) => Promise<Neighbours>,
    private readonly onNeighbours: (answer: Neighbours) => void,
    private readonly onChoose: (index: number) => void,
  ) {
    onChoice('metric', (value) => {
      this.#metric = value === 'euclid' ? 'euclid' : 'cosine';
      void this.show(this.#index);
    });
  }

  get index(): number {
    return this.#index;
  }

  /** @param isQuiet when nobody needs to be told: the word is the one that was shown already */
  async show(index: number, isQuiet = false): Promise<void> {
    this.#index = index;
    const asked = ++this.#asked;
    this.#section.hidden = index < 0;
    this.#hint.hidden = index >= 0;
    if (index < 0) return;
    try {
      const answer = await this.ask(index, this.#metric, count);
      if (asked !== this.#asked) return;
      const digits = answer.metric === 'cosine' ? 4 : 3;
      this.#title.textContent = answer.key;
      const words = answer.neighbours.map((found) => ({ ...found, note: found.score.toFixed(digits) }));
      showWords(this.#list, words, this.onChoose);
      this.onNeighbours(answer);
      const nearest = answer.neighbours.slice(0, 3).map((found) => found.key);
      if (!isQuiet) announce(`${answer.key}: nearest are ${nearest.join(', ')}`);
    } catch (error) {
      if (asked !== this.#asked) return;
      this.#title.textContent = `Its neighbours could not be asked for: ${(error as Error).message}`;
      showWords(this.#list, [], this.onChoose);
    }
  }
}
