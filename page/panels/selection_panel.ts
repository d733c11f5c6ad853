import { announce, byId } from '../elements.js';
import { showWords } from './word_list.js';

/** So many of the selected words are listed. */
const most = 200;

/** Lists the points that were selected. */
export class SelectionPanel {
  readonly #section = byId('selection', HTMLElement);
  readonly #alone = byId('alone', HTMLInputElement);
  #selected: ReadonlySet<number> | null = null;

  constructor(
    private readonly onChange: (selected: ReadonlySet<number> | null, alone: boolean) => void,
    private readonly onChoose: (index: number) => void,
  ) {
    this.#alone.addEventListener('change', () => this.onChange(this.#selected, this.#alone.checked));
    byId('deselect', HTMLButtonElement).addEventListener('click', () => {
      this.select([], []);
      byId('points', HTMLElement).focus();
    });
  }

  select(indices: readonly number[], words: readonly string[]): void {
    const { length } = indices;
    this.#selected = length === 0 ? null : new Set(indices);
    this.#section.hidden = length === 0;
    const title = `Selected: ${length.toLocaleString('en')} ${length === 1 ? 'word' : 'words'}`;
    byId('selection-title', HTMLElement).textContent = title;
    if (length === 0) this.#alone.checked = false;
    const listed = indices.slice(0, most).map((index) => ({ index, key: words[index] }));
    showWords(byId('selected', HTMLOListElement), listed, this.onChoose);
    announce(length === 0 ? 'No words are selected' : title + (length > most ? `; the first ${most} are listed` : ''));
    this.onChange(this.#selected, this.#alone.checked);
  }
}
