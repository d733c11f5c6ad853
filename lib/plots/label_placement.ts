import type { Placement } from './engine.js';
import { textWidth } from './text_width.js';

/** A point that has a name, in pixels. */
export interface NamedPoint {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  /** '' where it has none. */
  readonly label: string;
}

/** Where a label's middle is; `isFar` where a line should lead to its point. */
export interface PlacedLabel {
  readonly point: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly isFar: boolean;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const cellSize = 32;

/** Boxes by the cells of a grid that they touch, so that a new one is compared with its neighbours only. */
class BoxGrid {
  readonly #cells = new Map<string, Box[]>();

  add(box: Box): void {
    for (const key of this.#keys(box)) {
      const cell = this.#cells.get(key);
      if (cell === undefined) this.#cells.set(key, [box]);
      else cell.push(box);
    }
  }

  overlaps(box: Box): boolean {
    return this.#keys(box).some((key) =>
      (this.#cells.get(key) ?? []).some(
        (other) => box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom,
      ),
    );
  }

  #keys({ left, right, top, bottom }: Box): string[] {
    const keys: string[] = [];
    for (let x = Math.floor(left / cellSize); x <= Math.floor(right / cellSize); x++) {
      for (let y = Math.floor(top / cellSize); y <= Math.floor(bottom / cellSize); y++) keys.push(`${x},${y}`);
    }
    return keys;
  }
}

/** Where a label may stand, as the direction of its middle from the point: beside it first. */
const directions = [
  [1, 0],
  [-1, 0],
  [0, -1],
  [0, 1],
  [1, -1],
  [-1, -1],
  [1, 1],
  [-1, 1],
] as const;

/**
 * Gives labels places where none covers another, inside an area: beside the point, if need be further away, where no point
 * is covered either; where there is no such place, over points; where there is none at all, nowhere. Points that come first
 * are served first.
 */
export function placeLabels(points: readonly NamedPoint[], area: Placement['area'], fontSize: number): PlacedLabel[] {
  const labels = new BoxGrid();
  const symbols = new BoxGrid();
  for (const { x, y, radius } of points) {
    symbols.add({ left: x - radius, right: x + radius, top: y - radius, bottom: y + radius });
  }
  const height = fontSize * 1.1;
  const placed: PlacedLabel[] = [];
  const waiting = points.flatMap(({ label }, i) => (label === '' ? [] : [i]));
  const tries = [
    { distance: 2, mayCover: false },
    { distance: 14, mayCover: false },
    { distance: 2, mayCover: true },
    { distance: 26, mayCover: false },
  ];
  for (const i of waiting) {
    const { x, y, radius, label } = points[i];
    const width = textWidth(label, fontSize);
    search: for (const { distance, mayCover } of tries) {
      for (const [dx, dy] of directions) {
        // A diagonal neighbour needs less of a distance in each direction.
        const away = (radius + distance) * (dx !== 0 && dy !== 0 ? 0.7 : 1);
        const middle = { x: x + dx * (away + width / 2), y: y + dy * (away + height / 2) };
        const box = {
          left: middle.x - width / 2 - 1,
          right: middle.x + width / 2 + 1,
          top: middle.y - height / 2,
          bottom: middle.y + height / 2,
        };
        const isInside =
          box.left >= area.x &&
          box.right <= area.x + area.width &&
          box.top >= area.y &&
          box.bottom <= area.y + area.height;
        if (!isInside || labels.overlaps(box) || (!mayCover && symbols.overlaps(box))) continue;
        labels.add(box);
        placed.push({ point: i, ...middle, width, isFar: distance > 2 });
        break search;
      }
    }
  }
  return placed;
}
