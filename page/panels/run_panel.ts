import type { RunState, Series } from '../../lib/view/protocol.js';
import { byId, element } from '../elements.js';
import { drawCurves, shortNumber, svg } from './curves.js';

/** Shows how a run gets on: its curves, and a text by its model. */
export class RunPanel {
  readonly #section = byId('run', HTMLElement);
  readonly #choice = byId('curve', HTMLSelectElement);
  readonly #curves = byId('curves', HTMLElement);
  readonly #values = byId('curve-values', HTMLTableElement);
  #series: readonly Series[] = [];

  constructor() {
    this.#choice.addEventListener('change', () => this.#draw());
  }

  show({ series, weights, sample, error }: RunState): void {
    this.#section.hidden = false;
    this.#series = series;
    this.#offer();
    this.#draw();
    byId('run-weights', HTMLElement).textContent =
      error !== null
        ? `The newest weights can't be shown: ${error}`
        : weights === null
          ? 'No weights have been written yet; the points come with the first.'
          : `Weights: ${weights.name}, written at ${new Date(weights.time).toLocaleTimeString()}`;
    byId('sample', HTMLElement).hidden = sample === null;
    byId('sample-text', HTMLElement).textContent = sample ?? '';
  }

  /** Curves that measure the same stand in one picture: train/loss and validation/loss. */
  #offer(): void {
    const groups = [...new Set(this.#series.map(({ name }) => measureOf(name)))].sort(
      (a, b) => Number(b === 'loss') - Number(a === 'loss'),
    );
    byId('curve-choice', HTMLElement).hidden = groups.length < 2;
    const offered = Array.from(this.#choice.options, (option) => option.value);
    if (groups.join('\n') === offered.join('\n')) return;
    const chosen = this.#choice.value;
    this.#choice.replaceChildren(...groups.map((name) => element('option', { value: name }, name)));
    if (groups.includes(chosen)) this.#choice.value = chosen;
  }

  #draw(): void {
    const shown = this.#series.filter(({ name }) => measureOf(name) === this.#choice.value);
    this.#curves.hidden = this.#values.hidden = shown.length === 0;
    if (shown.length === 0) return;
    this.#curves.replaceChildren(drawCurves(shown));
    const rows = shown.map(({ name, points }, k) => {
      const [step, value] = points[points.length - 1];
      const mark = svg('svg', { viewBox: '0 0 14 6', 'aria-hidden': 'true' });
      mark.append(svg('line', { class: `series-${k % 4}`, x1: 0, x2: 14, y1: 3, y2: 3 }));
      const cells = [element('td', {}, shortNumber(value)), element('td', {}, `at ${shortNumber(step)}`)];
      return element('tr', {}, element('th', { scope: 'row' }, mark, name), ...cells);
    });
    this.#values.tBodies[0].replaceChildren(...rows);
  }
}

function measureOf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}
