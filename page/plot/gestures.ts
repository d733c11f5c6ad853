import type { Box, Plot } from './plot.js';

export interface GestureListener {
  /** A point was clicked, or none. */
  onPick(index: number): void;
  onHover(index: number): void;
  /** Points were enclosed. */
  onSelect(indices: number[]): void;
  onEscape(): void;
}

/** A finger is broader than a mouse's arrow. */
const reach = { mouse: 8, touch: 22 };

/** How far a pointer may stray in a click. */
const click = 4;

type Drag = 'move' | 'turn' | 'select';

/** Turns what mouse, fingers and keys do on the picture into moves of the camera and choices of points. */
export class Gestures {
  readonly #plot: Plot;
  readonly #canvas: HTMLCanvasElement;
  readonly #listener: GestureListener;
  readonly #pointers = new Map<number, { x: number; y: number }>();
  #drag: Drag | null = null;
  #start = { x: 0, y: 0 };
  #moved = 0;

  constructor(plot: Plot, canvas: HTMLCanvasElement, listener: GestureListener) {
    this.#plot = plot;
    this.#canvas = canvas;
    this.#listener = listener;
    canvas.addEventListener('pointerdown', (event) => this.#down(event));
    canvas.addEventListener('pointermove', (event) => this.#move(event));
    canvas.addEventListener('pointerup', (event) => this.#up(event));
    canvas.addEventListener('pointercancel', (event) => this.#end(event));
    canvas.addEventListener('pointerleave', () => this.#listener.onHover(-1));
    canvas.addEventListener('contextmenu', (event) => event.preventDefault());
    canvas.addEventListener('wheel', (event) => this.#wheel(event), { passive: false });
    canvas.addEventListener('keydown', (event) => this.#key(event));
  }

  #place(event: MouseEvent): { x: number; y: number } {
    const { left, top } = this.#canvas.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  }

  #down(event: PointerEvent): void {
    this.#canvas.setPointerCapture(event.pointerId);
    const at = this.#place(event);
    this.#pointers.set(event.pointerId, at);
    if (this.#pointers.size > 1) {
      this.#moved = Number.POSITIVE_INFINITY;
      return;
    }
    this.#start = at;
    this.#moved = 0;
    const turns = this.#plot.dimensions === 3 && event.button !== 2;
    this.#drag = event.shiftKey ? 'select' : turns ? 'turn' : 'move';
  }

  #move(event: PointerEvent): void {
    const at = this.#place(event);
    const before = this.#pointers.get(event.pointerId);
    if (before === undefined) {
      this.#listener.onHover(this.#plot.nearest(at.x, at.y, reach.mouse));
      return;
    }
    const [dx, dy] = [at.x - before.x, at.y - before.y];
    if (this.#pointers.size === 2) this.#pinch(event.pointerId, before, at);
    this.#pointers.set(event.pointerId, at);
    if (this.#pointers.size > 1) return;
    this.#moved = Math.max(this.#moved, Math.hypot(at.x - this.#start.x, at.y - this.#start.y));
    if (this.#moved <= click) return;
    const { camera, ratio } = this.#plot;
    if (this.#drag === 'select') this.#plot.setBox(boxOf(this.#start, at));
    else if (this.#drag === 'turn') camera.turn(dx, dy);
    else camera.pan(dx * ratio, dy * ratio);
    this.#plot.redraw();
  }

  /** Two fingers zoom by their distance. */
  #pinch(id: number, before: { x: number; y: number }, at: { x: number; y: number }): void {
    const other = [...this.#pointers].find(([key]) => key !== id)?.[1];
    if (other === undefined) return;
    const distance = (p: { x: number; y: number }) => Math.max(1, Math.hypot(p.x - other.x, p.y - other.y));
    const { camera, ratio } = this.#plot;
    camera.zoom(distance(at) / distance(before), ((at.x + other.x) / 2) * ratio, ((at.y + other.y) / 2) * ratio);
    this.#plot.redraw();
  }

  #up(event: PointerEvent): void {
    const at = this.#place(event);
    const drag = this.#drag;
    const wasClick = this.#pointers.size === 1 && this.#moved <= click;
    this.#end(event);
    if (wasClick) {
      this.#listener.onPick(this.#plot.nearest(at.x, at.y, event.pointerType === 'mouse' ? reach.mouse : reach.touch));
    } else if (drag === 'select') {
      this.#listener.onSelect(this.#plot.within(boxOf(this.#start, at)));
    }
  }

  #end(event: PointerEvent): void {
    this.#pointers.delete(event.pointerId);
    if (this.#pointers.size === 0) this.#drag = null;
    this.#plot.setBox(null);
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault();
    const { x, y } = this.#place(event);
    const { ratio } = this.#plot;
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 20 : 1;
    this.#plot.camera.zoom(Math.exp(-event.deltaY * lines * 0.0015), x * ratio, y * ratio);
    this.#plot.redraw();
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { camera, ratio, dimensions } = this.#plot;
    const far = (event.shiftKey ? 160 : 40) * ratio;
    const go = (dx: number, dy: number) => {
      if (dimensions === 3) camera.turn((-dx / ratio) * 0.4, (-dy / ratio) * 0.4);
      else camera.pan(dx, dy);
    };
    const actions: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => go(far, 0),
      ArrowRight: () => go(-far, 0),
      ArrowUp: () => go(0, far),
      ArrowDown: () => go(0, -far),
      '+': () => camera.zoom(1.25),
      '=': () => camera.zoom(1.25),
      '-': () => camera.zoom(0.8),
      '0': () => this.#plot.fit(),
      Enter: () => this.#listener.onPick(this.#nearestMiddle()),
      ' ': () => this.#listener.onPick(this.#nearestMiddle()),
      Escape: () => this.#listener.onEscape(),
    };
    const action = actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
    this.#plot.redraw();
  }

  #nearestMiddle(): number {
    const { clientWidth, clientHeight } = this.#canvas;
    return this.#plot.nearest(clientWidth / 2, clientHeight / 2, Math.max(clientWidth, clientHeight));
  }
}

function boxOf(a: { x: number; y: number }, b: { x: number; y: number }): Box {
  return {
    left: Math.min(a.x, b.x),
    top: Math.min(a.y, b.y),
    right: Math.max(a.x, b.x),
    bottom: Math.max(a.y, b.y),
  };
}
