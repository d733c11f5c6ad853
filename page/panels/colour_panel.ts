import type { ColumnInfo, ColumnValues } from '../../lib/view/protocol.js';
import { byId, element } from '../elements.js';
import type { Theme } from '../theme.js';
import { shortNumber, svg } from './curves.js';

/** For the rest, then eleven that are told apart with most kinds of colour vision too. */
const categories: Readonly<Record<Theme, readonly string[]>> = {
  light: [
    '#9aa5ab',
    '#0072b2',
    '#d55e00',
    '#009e73',
    '#8f3fa0',
    '#c79a00',
    '#56b4e9',
    '#b3123a',
    '#5f7d00',
    '#7a4a2b',
    '#e377c2',
    '#1f3b73',
  ],
  dark: [
    '#66747b',
    '#56b4e9',
    '#ff9a57',
    '#3fd0a4',
    '#c98be0',
    '#f0d24a',
    '#8fd3ff',
    '#ff7f9a',
    '#b4d455',
    '#d0a37d',
    '#ffb3e6',
    '#9db4ff',
  ],
};

/** From low to high. */
const ramp: Readonly<Record<Theme, readonly string[]>> = {
  light: ['#3b2a86', '#2f6fb3', '#1f9e89', '#8bbf3f', '#e0a800'],
  dark: ['#6a5acd', '#4f9de0', '#3fc7b0', '#a8d95c', '#ffd84d'],
};
const steps = 32;

/** Numbers that span more than this factor are spread by their logarithm. */
const wide = 1000;

export interface Colouring {
  readonly codes: Uint16Array | null;
  readonly palette: readonly string[];
}

/** Chooses by which column points are coloured, and says what the colours mean. */
export class ColourPanel {
  readonly #choice = byId('colour', HTMLSelectElement);
  readonly #legend = byId('legend', HTMLElement);
  #values: ColumnValues | null = null;
  #title = '';

  constructor(
    private readonly ask: (index: number) => Promise<ColumnValues>,
    private readonly theme: () => Theme,
    private readonly onChange: (colouring: Colouring) => void,
    private readonly onSelect: (indices: number[]) => void,
  ) {
    this.#choice.addEventListener('change', () => void this.update());
  }

  offer(columns: readonly ColumnInfo[]): void {
    const names = ['None', ...columns.map(({ name }) => name)];
    const offered = Array.from(this.#choice.options, (option) => option.text);
    byId('colour-choice', HTMLElement).hidden = columns.length === 0;
    if (names.join('\n') === offered.join('\n')) return;
    this.#choice.replaceChildren(...names.map((name, k) => element('option', { value: String(k - 1) }, name)));
    // The first column that somebody has made is what they want to see.
    if (columns[0]?.kind === 'category') this.#choice.value = '0';
  }

  /** Asks for the column anew. */
  async update(): Promise<void> {
    const index = Number(this.#choice.value);
    this.#title = this.#choice.selectedOptions[0]?.text ?? '';
    try {
      this.#values = index >= 0 && this.#choice.value !== '' ? await this.ask(index) : null;
    } catch {
      this.#values = null;
    }
    this.draw();
  }

  draw(): void {
    const values = this.#values;
    this.#legend.replaceChildren();
    if (values === null) this.onChange({ codes: null, palette: [] });
    else if (values.kind === 'category') this.#drawCategories(values);
    else this.#drawNumbers(values.values);
  }

  #drawCategories({ names, codes }: ColumnValues & { kind: 'category' }): void {
    const palette = categories[this.theme()];
    const counts = names.map((_, code) => codes.reduce((sum, other) => sum + (other === code ? 1 : 0), 0));
    const items = names.flatMap((name, code) => {
      if (counts[code] === 0) return [];
      const mark = svg('svg', { viewBox: '0 0 10 10', 'aria-hidden': 'true' });
      mark.append(svg('circle', { cx: 5, cy: 5, r: 4.5, fill: palette[code] }));
      const button = element('button', { type: 'button', title: 'Select these' }, mark);
      button.append(
        element('span', { className: 'key' }, name),
        element('span', { className: 'score' }, counts[code].toLocaleString('en')),
      );
      button.addEventListener('click', () => this.onSelect(codes.flatMap((other, k) => (other === code ? [k] : []))));
      return [element('li', {}, button)];
    });
    const list = element('ol', { className: 'words' }, ...items);
    list.setAttribute('aria-label', `Colours of ${this.#title}`);
    this.#legend.append(element('h2', {}, this.#title), list);
    this.onChange({ codes: Uint16Array.from(codes), palette });
  }

  #drawNumbers(values: readonly (number | null)[]): void {
    const given = values.filter((value) => value !== null);
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const value of given) [least, most] = [Math.min(least, value), Math.max(most, value)];
    const isLog = least > 0 && most / least > wide;
    const at = (value: number) =>
      isLog ? Math.log(value / least) / Math.log(most / least) : (value - least) / (most - least);
    const theme = this.theme();
    const palette = [
      categories[theme][0],
      ...Array.from({ length: steps }, (_, k) => between(ramp[theme], k / (steps - 1))),
    ];
    const codes = Uint16Array.from(values, (value) =>
      value === null ? 0 : 1 + Math.round((most > least ? at(value) : 0.5) * (steps - 1)),
    );
    const bar = svg('svg', {
      viewBox: `0 0 ${steps} 1`,
      preserveAspectRatio: 'none',
      class: 'ramp',
      'aria-hidden': 'true',
    });
    for (let k = 0; k < steps; k++)
      bar.append(svg('rect', { x: k, y: 0, width: 1.05, height: 1, fill: palette[k + 1] }));
    const ends = element(
      'p',
      { className: 'ends note' },
      element('span', {}, shortNumber(least)),
      isLog ? 'logarithmic' : '',
      element('span', {}, shortNumber(most)),
    );
    this.#legend.append(element('h2', {}, this.#title), bar, ends);
    this.onChange({ codes, palette });
  }
}

/** A colour of a ramp; `share` from 0 to 1. */
function between(colours: readonly string[], share: number): string {
  const place = Math.min(share * (colours.length - 1), colours.length - 1.001);
  const [low, high] = [colours[Math.floor(place)], colours[Math.floor(place) + 1]];
  const part = (hex: string, k: number) => Number.parseInt(hex.slice(1 + 2 * k, 3 + 2 * k), 16);
  const mix = (k: number) => Math.round(part(low, k) + (place % 1) * (part(high, k) - part(low, k)));
  return `#${[0, 1, 2].map((k) => mix(k).toString(16).padStart(2, '0')).join('')}`;
}
