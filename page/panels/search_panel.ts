import type { Found } from '../../lib/view/protocol.js';
import { announce, byId } from '../elements.js';
import { markCurrent, showWords } from './word_list.js';

const most = 50;

/** Finds words as they are typed. */
export class SearchPanel {
  readonly #input = byId('search', HTMLInputElement);
  readonly #list = byId('found', HTMLOListElement);
  readonly #note = byId('search-note', HTMLElement);
  #asked = 0;

  constructor(
    private readonly search: (text: string, count: number) => Promise<Found[]>,
    private readonly onFound: (found: readonly Found[]) => void,
    private readonly onChoose: (index: number) => void,
  ) {
    this.#input.addEventListener('input', () => void this.update());
    this.#input.addEventListener('keydown', (event) => this.#key(event));
    document.addEventListener('keydown', (event) => {
      if (event.key !== '/' || event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      this.#input.focus();
      this.#input.select();
    });
  }

  mark(index: number): void {
    markCurrent(this.#list, index);
  }

  /** Looks for what stands in the field; a later search overtakes an earlier one. */
  async update(): Promise<void> {
    const text = this.#input.value.trim();
    const asked = ++this.#asked;
    if (text === '') {
      this.#show([], 'Key: /');
      return;
    }
    try {
      const found = await this.search(text, most);
      if (asked !== this.#asked) return;
      const more =
        found.length === most ? `the first ${most} words` : found.length === 1 ? '1 word' : `${found.length} words`;
      const note = found.length === 0 ? `No word holds “${text}”.` : `Found: ${more}`;
      this.#show(found, note);
      announce(note);
    } catch (error) {
      if (asked === this.#asked) this.#show([], `Search failed: ${(error as Error).message}`);
    }
  }

  #show(found: readonly Found[], note: string): void {
    this.#note.textContent = note;
    showWords(this.#list, found, this.onChoose);
    this.onFound(found);
  }

  #key(event: KeyboardEvent): void {
    const first = this.#list.querySelector('button');
    if (event.key === 'Enter' && first !== null) first.click();
    else if (event.key === 'ArrowDown' && first !== null) first.focus();
    else if (event.key === 'Escape') {
      this.#input.value = '';
      void this.update();
    } else return;
    event.preventDefault();
  }
}
