import { element } from '../elements.js';

export interface ListedWord {
  readonly index: number;
  readonly key: string;
  /** What stands behind the word. */
  readonly note?: string;
}

/** Shows words as a list of buttons; arrow keys go from one to the next. */
export function showWords(list: HTMLElement, words: readonly ListedWord[], choose: (index: number) => void): void {
  const buttons = words.map(({ index, key, note }) => {
    const button = element('button', { type: 'button' }, element('span', { className: 'key' }, key));
    if (note !== undefined) button.append(' ', element('span', { className: 'score' }, note));
    button.dataset.index = String(index);
    button.addEventListener('click', () => choose(index));
    return button;
  });
  list.replaceChildren(...buttons.map((button) => element('li', {}, button)));
  list.onkeydown = (event) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const next = buttons[at + step];
    if (step === 0 || at < 0 || next === undefined) return;
    event.preventDefault();
    next.focus();
  };
}

/** Marks the word that is shown beside. */
export function markCurrent(list: HTMLElement, index: number): void {
  for (const button of list.querySelectorAll('button')) {
    if (button.dataset.index === String(index)) button.setAttribute('aria-current', 'true');
    else button.removeAttribute('aria-current');
  }
}
