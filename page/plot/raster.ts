/**
 * Draws discs into memory. Without a graphics card this is some ten times as fast as WebGL in software, with one it is fast enough:
 * docs/page.md has the figures.
 */

/** A disc's pixels, as offsets from its middle. */
interface Disc {
  readonly reach: number;
  /** Those that it covers. */
  readonly inner: readonly (readonly [dx: number, dy: number])[];
  /** Those that it covers in part: how much, from 0 to 256. */
  readonly rim: readonly (readonly [dx: number, dy: number, cover: number])[];
}

const discs = new Map<number, Disc>();

function discOf(radius: number): Disc {
  const key = Math.round(radius * 4);
  const known = discs.get(key);
  if (known !== undefined) return known;
  const r = key / 4;
  const reach = Math.ceil(r);
  const inner: [number, number][] = [];
  const rim: [number, number, number][] = [];
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      const cover = Math.round(256 * Math.max(0, Math.min(1, r + 0.5 - Math.hypot(dx, dy))));
      if (cover >= 256) inner.push([dx, dy]);
      else if (cover > 24) rim.push([dx, dy, cover]);
    }
  }
  const made = { reach, inner, rim };
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

  /**
   * Draws discs of one size, in an order; later ones lie above.
   * @param isQuick leaves their soft rims out: in pictures that follow each other fast nobody sees them
   */
  draw(
    order: Uint32Array,
    count: number,
    x: Float32Array,
    y: Float32Array,
    colours: Uint32Array,
    radius: number,
    isQuick: boolean,
  ): void {
    const { reach, inner, rim } = discOf(radius);
    const { width, height } = this;
    const pixels = this.#pixels;
    const [right, bottom] = [width - reach, height - reach];
    const hard = isQuick ? [...inner, ...rim.filter(([, , cover]) => cover >= 128)] : inner;
    const full = Int32Array.from(hard, ([dx, dy]) => dx + dy * width);
    const soft = isQuick ? [] : rim;
    const part = Int32Array.from(soft, ([dx, dy]) => dx + dy * width);
    const cover = Int32Array.from(soft, ([, , share]) => share);
    for (let n = 0; n < count; n++) {
      const k = order[n];
      const px = Math.round(x[k]);
      const py = Math.round(y[k]);
      if (!(px >= reach && py >= reach && px < right && py < bottom)) continue;
      const at = py * width + px;
      const colour = colours[k];
      for (let j = 0; j < full.length; j++) pixels[at + full[j]] = colour;
      for (let j = 0; j < part.length; j++) {
        const place = at + part[j];
        pixels[place] = mixed(pixels[place], colour, cover[j]);
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
