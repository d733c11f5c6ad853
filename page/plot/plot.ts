import type { Theme } from '../theme.js';
import { Camera } from './camera.js';
import { faded, fades, paints, pixelOf } from './colours.js';
import { DepthOrder } from './depth_order.js';
import { type Label, Labels } from './labels.js';
import { inSpace, Motion } from './motion.js';
import { Raster } from './raster.js';

/** Larger pictures are drawn at fewer pixels than the screen has: a processor paints them all. */
const mostPixels = 3_000_000;

/** Pictures that follow each other within so many milliseconds are drawn quickly, … */
const fast = 120;
/** … where there are more points than this. */
const fewPoints = 5000;

/** A rectangle on the screen, in pixels of the page. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** What is told from the other points. */
export interface Marks {
  /** The word whose details are shown; -1 for none. */
  readonly word: number;
  readonly neighbours: readonly number[];
  readonly found: readonly number[];
  /** Points that were selected; the others fade. Null for no selection. */
  readonly selection: ReadonlySet<number> | null;
  /** Only selected points are drawn. */
  readonly alone: boolean;
}

export const noMarks: Marks = { word: -1, neighbours: [], found: [], selection: null, alone: false };

/** Draws points and their words, whenever something has changed. */
export class Plot {
  readonly camera = new Camera();
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #overlay: CanvasRenderingContext2D;
  readonly #raster = new Raster();
  readonly #motion = new Motion();
  readonly #depths = new DepthOrder();
  readonly #labels = new Labels();
  readonly #stillness = matchMedia('(prefers-reduced-motion: reduce)');
  #dimensions: 2 | 3 = 2;
  #count = 0;
  #x = new Float32Array(0);
  #y = new Float32Array(0);
  #depth = new Float32Array(0);
  #colours = new Uint32Array(0);
  #plainOrder = new Uint32Array(0);
  /** For each point its place in the palette. */
  #codes: Uint16Array | null = null;
  #palette: readonly string[] = [];
  #levels: Uint32Array = new Uint32Array(0);
  #words: readonly string[] = [];
  #marks: Marks = noMarks;
  #theme: Theme = 'light';
  #showsLabels = true;
  #hovered = -1;
  #box: Box | null = null;
  #ratio = 1;
  #waiting = false;
  #drawn = Number.NEGATIVE_INFINITY;
  #fine: ReturnType<typeof setTimeout> | undefined;

  constructor(canvas: HTMLCanvasElement, overlay: HTMLCanvasElement) {
    this.#canvas = canvas;
    this.#context = contextOf(canvas, { alpha: false });
    this.#overlay = contextOf(overlay, {});
    new ResizeObserver(() => this.#resize()).observe(canvas);
    this.#resize();
  }

  get dimensions(): 2 | 3 {
    return this.#dimensions;
  }

  get count(): number {
    return this.#count;
  }

  setWords(words: readonly string[]): void {
    this.#words = words;
    this.#labels.forget();
    this.redraw();
  }

  /** @param duration of the way to the new places, in milliseconds */
  setPoints(values: Float32Array, dimensions: 2 | 3, duration: number): void {
    const isFirst = this.#count === 0;
    const points = inSpace(values, dimensions);
    this.#count = points.length / 3;
    if (this.#x.length !== this.#count) {
      this.#x = new Float32Array(this.#count);
      this.#y = new Float32Array(this.#count);
      this.#depth = new Float32Array(this.#count);
      this.#colours = new Uint32Array(this.#count);
      this.#plainOrder = Uint32Array.from({ length: this.#count }, (_, k) => this.#count - 1 - k);
    }
    if (dimensions !== this.#dimensions) {
      this.#dimensions = dimensions;
      this.camera.yaw = dimensions === 3 ? -0.5 : 0;
      this.camera.pitch = dimensions === 3 ? 0.35 : 0;
    }
    this.#motion.go(points, this.#stillness.matches || isFirst ? 0 : duration);
    if (isFirst) this.fit();
    this.redraw();
  }

  /** @param codes for each point its colour in `palette`; null where all have the same */
  setColours(codes: Uint16Array | null, palette: readonly string[]): void {
    this.#codes = codes;
    this.#palette = palette;
    this.#mixColours();
  }

  setTheme(theme: Theme): void {
    this.#theme = theme;
    this.#mixColours();
  }

  setMarks(marks: Marks): void {
    this.#marks = marks;
    this.redraw();
  }

  setHovered(index: number): void {
    if (index === this.#hovered) return;
    this.#hovered = index;
    this.redraw();
  }

  setBox(box: Box | null): void {
    this.#box = box;
    this.redraw();
  }

  showLabels(shows: boolean): void {
    this.#showsLabels = shows;
    this.redraw();
  }

  /** Shows all points, or all that are selected where others are not drawn. */
  fit(): void {
    const { selection, alone } = this.#marks;
    this.camera.fit(this.#motion.end, (k) => !alone || selection === null || selection.has(k));
    this.redraw();
  }

  /** Brings a point to the middle, unless it is well in the picture already. */
  reveal(index: number): void {
    const points = this.#motion.end;
    if (index < 0 || index >= this.#count) return;
    const [x, y] = [this.#x[index] / this.camera.width, this.#y[index] / this.camera.height];
    if (!this.#motion.isMoving && x > 0.05 && x < 0.95 && y > 0.05 && y < 0.95) return;
    this.camera.target = [points[3 * index], points[3 * index + 1], points[3 * index + 2]];
    this.redraw();
  }

  /** The point nearest to a place on the screen, at most `reach` pixels away; -1 for none. */
  nearest(x: number, y: number, reach: number): number {
    const [px, py] = [x * this.#ratio, y * this.#ratio];
    let [best, least] = [-1, (reach * this.#ratio) ** 2];
    for (let k = 0; k < this.#count; k++) {
      const distance = (this.#x[k] - px) ** 2 + (this.#y[k] - py) ** 2;
      if (distance > least || !this.#isDrawn(k)) continue;
      // Of points at one place in 3-D the one in front is meant.
      if (distance === least && best >= 0 && this.#depth[k] < this.#depth[best]) continue;
      [best, least] = [k, distance];
    }
    return best;
  }

  /** Points in a rectangle on the screen. */
  within({ left, top, right, bottom }: Box): number[] {
    const r = this.#ratio;
    const found: number[] = [];
    for (let k = 0; k < this.#count; k++) {
      const [x, y] = [this.#x[k] / r, this.#y[k] / r];
      if (x >= left && x <= right && y >= top && y <= bottom && this.#isDrawn(k)) found.push(k);
    }
    return found;
  }

  /** Draws as soon as the screen is drawn next. */
  redraw(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    requestAnimationFrame((time) => {
      this.#waiting = false;
      this.#draw(time);
      if (this.#motion.isMoving) this.redraw();
    });
  }

  #isDrawn(index: number): boolean {
    const { selection, alone } = this.#marks;
    return !alone || selection === null || selection.has(index);
  }

  #resize(): void {
    const { clientWidth, clientHeight } = this.#canvas;
    if (clientWidth === 0 || clientHeight === 0) return;
    const full = clientWidth * clientHeight * devicePixelRatio ** 2;
    const ratio = devicePixelRatio * Math.min(1, Math.sqrt(mostPixels / full));
    const before = Math.min(this.camera.width, this.camera.height);
    for (const { canvas } of [this.#context, this.#overlay]) {
      canvas.width = Math.round(clientWidth * ratio);
      canvas.height = Math.round(clientHeight * ratio);
    }
    this.#ratio = ratio;
    this.camera.width = this.#context.canvas.width;
    this.camera.height = this.#context.canvas.height;
    if (before > 1) this.camera.scale *= Math.min(this.camera.width, this.camera.height) / before;
    // Drawn at once: a canvas of a new size is empty.
    this.#draw(performance.now());
  }

  #mixColours(): void {
    const { paper, point, faint } = paints[this.#theme];
    this.#levels = faded([faint, ...(this.#codes === null ? [point] : this.#palette)], paper);
    this.redraw();
  }

  /** Pixels of the picture for one of the page. */
  get ratio(): number {
    return this.#ratio;
  }

  #draw(time: number): void {
    // One picture soon after another is a quick one; when no more follow, a fine one does.
    const isQuick = this.#count > fewPoints && time - this.#drawn < fast;
    this.#drawn = time;
    clearTimeout(this.#fine);
    if (isQuick) this.#fine = setTimeout(() => this.redraw(), fast);
    this.#motion.step(time);
    const { width, height } = this.camera;
    this.#raster.resize(width, height);
    this.#raster.clear(pixelOf(paints[this.#theme].paper));
    this.camera.project(this.#motion.now, this.#x, this.#y, this.#depth);
    this.#colour();
    const [order, count] = this.#order();
    this.#raster.draw(order, count, this.#x, this.#y, this.#colours, this.#radius(), isQuick);
    this.#context.putImageData(this.#raster.image, 0, 0);
    this.#drawOverlay(isQuick);
  }

  #radius(): number {
    const crowd = this.#count > 20_000 ? 1.6 : this.#count > 3000 ? 2.1 : 3;
    return crowd * this.#ratio;
  }

  #order(): [Uint32Array, number] {
    const order = this.#dimensions === 3 ? this.#depths.of(this.#depth) : this.#plainOrder;
    const { selection, alone } = this.#marks;
    if (selection === null) return [order, this.#count];
    // What was selected lies above the rest.
    const chosen = order.filter((k) => selection.has(k));
    if (alone) return [chosen, chosen.length];
    const rest = order.filter((k) => !selection.has(k));
    const both = new Uint32Array(this.#count);
    both.set(rest);
    both.set(chosen, rest.length);
    return [both, this.#count];
  }

  #colour(): void {
    const levels = this.#levels;
    const codes = this.#codes;
    const { selection } = this.#marks;
    const is3d = this.#dimensions === 3;
    for (let k = 0; k < this.#count; k++) {
      const near = is3d
        ? Math.max(0, Math.min(fades - 1, Math.round((this.#depth[k] + 1.6) * (fades / 3.2))))
        : fades - 1;
      const code = selection !== null && !selection.has(k) ? 0 : 1 + (codes?.[k] ?? 0);
      this.#colours[k] = levels[code * fades + near];
    }
  }

  #drawOverlay(isQuick: boolean): void {
    const context = this.#overlay;
    const { paper, ink, accent } = paints[this.#theme];
    const r = this.#ratio;
    context.setTransform(r, 0, 0, r, 0, 0);
    const size = { width: this.camera.width / r, height: this.camera.height / r };
    context.clearRect(0, 0, size.width, size.height);
    const { word, neighbours, found } = this.#marks;
    context.lineWidth = 2;
    context.strokeStyle = ink;
    for (const k of found) this.#ring(context, k, 4);
    context.strokeStyle = accent;
    for (const k of neighbours) this.#ring(context, k, 4.5);
    context.lineWidth = 3;
    if (word >= 0) this.#ring(context, word, 7);
    if (this.#hovered >= 0) this.#ring(context, this.#hovered, 6);
    const inks = { ink, halo: paper, accent };
    const most = isQuick ? 40 : 90;
    this.#labels.draw(context, this.#labelled(), this.#words, this.#x, this.#y, { ...size, ratio: r }, inks, most);
    if (this.#box !== null) {
      const { left, top, right, bottom } = this.#box;
      context.lineWidth = 1;
      context.strokeStyle = ink;
      context.strokeRect(left, top, right - left, bottom - top);
    }
  }

  #ring(context: CanvasRenderingContext2D, index: number, radius: number): void {
    if (index >= this.#count || !this.#isDrawn(index)) return;
    context.beginPath();
    context.arc(this.#x[index] / this.#ratio, this.#y[index] / this.#ratio, radius, 0, 2 * Math.PI);
    context.stroke();
  }

  /** Words to write, the most important first: those that are asked for, then the first that have room. */
  *#labelled(): Generator<Label> {
    const { word, neighbours, found, selection } = this.#marks;
    const strong = [word, this.#hovered, ...neighbours, ...found];
    for (const index of strong) if (index >= 0 && index < this.#count) yield { index, strong: true };
    if (!this.#showsLabels) return;
    const some = selection ?? this.#plainFirst();
    for (const index of some) if (this.#isDrawn(index)) yield { index, strong: false };
  }

  *#plainFirst(): Generator<number> {
    for (let k = 0; k < Math.min(this.#count, 2000); k++) yield k;
  }
}

function contextOf(canvas: HTMLCanvasElement, settings: CanvasRenderingContext2DSettings): CanvasRenderingContext2D {
  const context = canvas.getContext('2d', settings);
  if (context === null) throw new Error('this browser draws no pictures');
  return context;
}
