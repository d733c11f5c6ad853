import {
  type About,
  type ColumnValues,
  type Found,
  type LayoutState,
  type Method,
  methods,
  type Neighbours,
  type RunState,
} from '../lib/view/protocol.js';
import { Connection } from './connection.js';
import { announce, byId, choose, element, onChoice } from './elements.js';
import { ColourPanel } from './panels/colour_panel.js';
import { drawHeatMap } from './panels/heat_map.js';
import { RunPanel } from './panels/run_panel.js';
import { SearchPanel } from './panels/search_panel.js';
import { SelectionPanel } from './panels/selection_panel.js';
import { WordPanel } from './panels/word_panel.js';
import { Gestures } from './plot/gestures.js';
import { type Marks, noMarks, Plot } from './plot/plot.js';
import { ThemeSwitch } from './theme.js';

/** How long points are on their way, in milliseconds: to a new layout, and between two steps of one under way. */
const durations = { finished: 700, underWay: 150 };

/** Vectors whose numbers are shown: a word's and its nearest neighbours'. */
const heatRows = 8;

/** So many of the words found get a ring; more would hide the points. */
const ringed = 12;

/** The page: what it knows, and what happens when the server or the user says something. */
class Page {
  readonly #plot = new Plot(byId('points', HTMLCanvasElement), byId('overlay', HTMLCanvasElement));
  readonly #connection = new Connection({
    onOpen: () => void this.#refresh(),
    onLost: () => this.#lost(),
    onEvent: (name, data) => {
      if (name === 'layout') this.#onLayout(data as LayoutState);
      else if (name === 'run') this.#run.show(data as RunState);
      else void this.#refresh();
    },
  });
  readonly #theme = new ThemeSwitch(() => {
    this.#plot.setTheme(this.#theme.current);
    this.#colour.draw();
    this.#drawHeatMap();
  });
  readonly #search = new SearchPanel(
    (text, count) => this.#connection.json<Found[]>('search', { text, count }),
    (found) => this.#mark({ found: found.slice(0, ringed).map(({ index }) => index) }),
    (index) => this.#choose(index, true),
  );
  readonly #word = new WordPanel(
    (index, metric, count) => this.#connection.json<Neighbours>('neighbors', { index, metric, count }),
    (answer) => void this.#onNeighbours(answer),
    (index) => this.#choose(index, true),
  );
  readonly #run = new RunPanel();
  readonly #selection = new SelectionPanel(
    (selection, alone) => this.#mark({ selection, alone }),
    (index) => this.#choose(index, true),
  );
  readonly #colour = new ColourPanel(
    (index) => this.#connection.json<ColumnValues>('column', { index }),
    () => this.#theme.current,
    ({ codes, palette }) => this.#plot.setColours(codes, palette),
    (indices) => this.#selection.select(indices, this.#words),
  );
  readonly #method = byId('method', HTMLSelectElement);
  #about: About | null = null;
  #words: readonly string[] = [];
  #heat: { words: string[]; rows: number[][] } = { words: [], rows: [] };
  #marks: Marks = noMarks;
  #revision = -1;
  #isFetching = false;
  #wanted = 0;
  #isLost = false;

  constructor() {
    this.#plot.setTheme(this.#theme.current);
    new Gestures(this.#plot, byId('points', HTMLCanvasElement), {
      onPick: (index) => this.#choose(index, false),
      onHover: (index) => this.#plot.setHovered(index),
      onSelect: (indices) => this.#selection.select(indices, this.#words),
      onEscape: () => {
        this.#choose(-1, false);
        this.#selection.select([], []);
      },
    });
    this.#method.append(...methods.map(({ name, label }) => element('option', { value: name }, label)));
    this.#method.addEventListener('change', () => void this.#layOut());
    onChoice('dimensions', () => void this.#layOut());
    byId('fit', HTMLButtonElement).addEventListener('click', () => this.#plot.fit());
    const labels = byId('labels', HTMLInputElement);
    labels.addEventListener('change', () => this.#plot.showLabels(labels.checked));
    document.addEventListener('keydown', (event) => this.#key(event));
    this.#connection.listen();
  }

  /** Has the page show what the server has, after it was met for the first time or again. */
  async #refresh(): Promise<void> {
    try {
      const about = await this.#connection.json<About>('about');
      const isOther = about.instance !== this.#about?.instance || about.words !== this.#about.words;
      if (isOther) {
        this.#revision = -1;
        this.#words = await this.#connection.json<string[]>('words');
        this.#plot.setWords(this.#words);
        this.#selection.select([], []);
      }
      this.#about = about;
      this.#describe(about);
      this.#onLayout(about.layout);
      if (about.kind === 'run') this.#run.show(await this.#connection.json<RunState>('run'));
      if (this.#isLost) announce('The server is back.');
      this.#isLost = false;
      byId('banner', HTMLElement).hidden = true;
      if (isOther) {
        void this.#search.update();
        this.#choose(-1, false);
        this.#colour.offer(about.columns);
        await this.#colour.update();
      }
    } catch {
      this.#lost();
    }
  }

  #lost(): void {
    if (this.#isLost) return;
    this.#isLost = true;
    const banner = byId('banner', HTMLElement);
    banner.textContent =
      'The server does not answer. What is shown stays; the page goes on by itself when the server is back. If lutra view was ended, open the address that its next start prints.';
    banner.hidden = false;
  }

  #describe({ name, size, shown, vectorSize }: About): void {
    const count = (n: number) => n.toLocaleString('en');
    document.title = `${name} · Lutra`;
    byId('name', HTMLElement).textContent = name;
    const some = shown < size ? `; the first ${count(shown)} are shown` : '';
    byId('size', HTMLElement).textContent = `${count(size)} words, ${count(vectorSize)} dimensions${some}`;
    byId('points', HTMLElement).setAttribute('aria-label', `${count(shown)} points of ${name}`);
  }

  #onLayout(layout: LayoutState): void {
    this.#method.value = layout.method;
    if (layout.progress === null) choose('dimensions', String(layout.dimensions));
    const { progress, error } = layout;
    const bar = byId('progress-bar', HTMLProgressElement);
    bar.hidden = progress === null;
    if (progress !== null) bar.value = progress;
    byId('progress-text', HTMLElement).textContent = error ?? '';
    this.#wanted = layout.revision;
    void this.#fetchPoints(progress === null ? durations.finished : durations.underWay);
  }

  /** Fetches points one after the other: those that are overtaken meanwhile are never asked for. */
  async #fetchPoints(duration: number): Promise<void> {
    if (this.#isFetching) return;
    this.#isFetching = true;
    try {
      while (this.#revision !== this.#wanted) {
        const { values, dimensions, revision } = await this.#connection.points();
        this.#revision = revision;
        this.#wanted = Math.max(this.#wanted, revision);
        this.#plot.setPoints(values, dimensions, duration);
      }
      // What a run has learned since changes its neighbours too.
      if (this.#about?.kind === 'run' && this.#word.index >= 0) void this.#word.show(this.#word.index, true);
    } catch {
      // The events say when the server is back.
    } finally {
      this.#isFetching = false;
    }
  }

  async #layOut(): Promise<void> {
    const chosen = document.querySelector<HTMLInputElement>('input[name="dimensions"]:checked');
    const dimensions = chosen?.value === '3' ? 3 : 2;
    try {
      await this.#connection.layout({ method: this.#method.value as Method, dimensions });
      announce(`${this.#method.selectedOptions[0]?.text} in ${dimensions} dimensions`);
    } catch (error) {
      byId('progress-text', HTMLElement).textContent = (error as Error).message;
    }
  }

  /** Rings the neighbours, and shows the numbers of the nearest. */
  async #onNeighbours({ index, key, neighbours }: Neighbours): Promise<void> {
    this.#mark({ neighbours: neighbours.map((found) => found.index) });
    const shown = [{ index, key }, ...neighbours.slice(0, heatRows - 1)];
    const indices = shown.map((found) => found.index).join(',');
    try {
      const rows = await this.#connection.json<number[][]>('rows', { indices });
      if (this.#word.index !== index) return;
      this.#heat = { words: shown.map((found) => found.key), rows };
    } catch {
      this.#heat = { words: [], rows: [] };
    }
    this.#drawHeatMap();
  }

  #drawHeatMap(): void {
    drawHeatMap(this.#heat.words, this.#heat.rows, this.#theme.current);
  }

  #mark(change: Partial<Marks>): void {
    this.#marks = { ...this.#marks, ...change };
    this.#plot.setMarks(this.#marks);
  }

  /** @param moves whether the word is brought into the picture */
  #choose(index: number, moves: boolean): void {
    this.#mark({ word: index, neighbours: [] });
    this.#search.mark(index);
    if (moves) this.#plot.reveal(index);
    void this.#word.show(index);
  }

  #key(event: KeyboardEvent): void {
    const { target } = event;
    const isTyping = target instanceof HTMLInputElement && target.type === 'search';
    if (isTyping || target instanceof HTMLSelectElement || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key !== '2' && event.key !== '3') return;
    choose('dimensions', event.key);
    void this.#layOut();
  }
}

new Page();
