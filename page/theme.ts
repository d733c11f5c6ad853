import { byId } from './elements.js';

export type Theme = 'light' | 'dark';

const stored = 'lutra-theme';

/** Follows the system's theme, or the one that was chosen here. */
export class ThemeSwitch {
  readonly #system = matchMedia('(prefers-color-scheme: dark)');
  readonly #choice = byId('theme', HTMLSelectElement);

  constructor(private readonly onChange: () => void) {
    this.#choice.value = readStored();
    this.#choice.addEventListener('change', () => {
      write(this.#choice.value);
      this.#apply();
    });
    this.#system.addEventListener('change', () => this.#apply());
    document.documentElement.dataset.theme = this.current;
  }

  get current(): Theme {
    const { value } = this.#choice;
    if (value === 'light' || value === 'dark') return value;
    return this.#system.matches ? 'dark' : 'light';
  }

  #apply(): void {
    document.documentElement.dataset.theme = this.current;
    this.onChange();
  }
}

// A browser may refuse to store anything.
function readStored(): string {
  try {
    const value = localStorage.getItem(stored);
    return value === 'light' || value === 'dark' ? value : 'auto';
  } catch {
    return 'auto';
  }
}

function write(value: string): void {
  try {
    localStorage.setItem(stored, value);
  } catch {
    return;
  }
}
