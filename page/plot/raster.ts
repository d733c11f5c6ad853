/**
 * Draws discs into memory. Without a graphics card this is some ten times as fast as WebGL in software, with one it is fast enough:
 * docs/page.md has the figures.
 */

/** A disc's pixels: offsets from its middle, and how much of each is covered, from 0 to 256. */
interface Disc {
  readonly reach: number;
  readonly dx: Int8Array;
  readonly dy: Int8Array;
  readonly cover: Uint16Array;
}

const discs = new Map<number, Disc>();

function discOf(radius: number): Disc {
  const key = Math.round(radius * 4);
  const known = discs.get(key);
  if (known !== undefined) return known;
  const r = key / 4;
  const reach = Math.ceil(r);
  const found: [number, number, number][] = [];
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      const cover = Math.round(256 * Math.max(0, Math.min(1, r + 0.5 - Math.hypot(dx, dy))));
      if (cover > 24) found.push([dx, dy, cover]);
    }
  }
  const made = {
    reach,
    dx: Int8Array.from(found, ([dx]) => dx),
    dy: Int8Array.from(found, ([, dy]) => dy),
    cover: Uint16Array.from(found, ([, , cover]) => cover),
  };
  discs.set(key, made);
  return made;
}

/** Pixels in the order of bytes that ImageData has: 0xAABBGGRR. */
export class Raster {
  width = 0;
  height = 0;
  image: ImageData = new ImageData(1, 1);
  #pixels = new Uint32Array(this.image.data.buffer);

  resize(width: number, height: number): void {
    if (width === this.width && height === this.height) return;
    this.width = width;
    this.height = height;
    this.image = new ImageData(width, height);
    this.#pixels = new Uint32Array(this.image.data.buffer);
  }

  clear(colour: number): void {
    this.#pixels.fill(colour);
  }

  /** Draws discs of one size, in an order; later ones lie above. */
  draw(
    order: Uint32Array,
    count: number,
    x: Float32Array,
    y: Float32Array,
    colours: Uint32Array,
    radius: number,
  ): void {
    const { reach, dx, dy, cover } = discOf(radius);
    const { width, height } = this;
    const pixels = this.#pixels;
    const [right, bottom] = [width - reach, height - reach];
    const offsets = Int32Array.from(dx, (value, k) => value + dy[k] * width);
    for (let n = 0; n < count; n++) {
      const k = order[n];
      const [px, py] = [Math.round(x[k]), Math.round(y[k])];
      if (!(px >= reach && py >= reach && px < right && py < bottom)) continue;
      const at = py * width + px;
      const colour = colours[k];
      for (let j = 0; j < offsets.length; j++) {
        const place = at + offsets[j];
        pixels[place] = cover[j] >= 256 ? colour : mixed(pixels[place], colour, cover[j]);
      }
    }
  }
}

/** `share` of 256 of a colour over another; opaque. */
export function mixed(under: number, over: number, share: number): number {
  const rest = 256 - share;
  const redBlue = (Math.imul(under & 0xff00ff, rest) + Math.imul(over & 0xff00ff, share)) >>> 8;
  const green = (Math.imul((under >>> 8) & 0xff, rest) + Math.imul((over >>> 8) & 0xff, share)) & 0xff00;
  return ((redBlue & 0xff00ff) | green | 0xff000000) >>> 0;
}
