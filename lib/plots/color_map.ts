/** A colour as red, green and blue from 0 to 255. */
export type Rgb = readonly [number, number, number];

export type ColorMapName = 'viridis' | 'cividis' | 'blueRed' | 'gray';

/**
 * Colours at equal distances, between which is interpolated. viridis and cividis are matplotlib's, at nine places; blueRed
 * is ColorBrewer's RdBu from its other end, for numbers around zero. All of them work without telling red from green.
 */
const stops: Readonly<Record<ColorMapName, readonly string[]>> = {
  viridis: ['440154', '472d7b', '3b528b', '2c728e', '21918c', '28ae80', '5ec962', 'addc30', 'fde725'],
  cividis: ['00224e', '123570', '3b496c', '575d6d', '707173', '8a8678', 'a59c74', 'c3b369', 'fee838'],
  blueRed: ['053061', '2166ac', '4393c3', '92c5de', 'f7f7f7', 'f4a582', 'd6604d', 'b2182b', '67001f'],
  gray: ['ffffff', '000000'],
};

export const colorMapNames = Object.keys(stops) as ColorMapName[];

const parse = (hex: string): Rgb => [0, 2, 4].map((k) => Number.parseInt(hex.slice(k, k + 2), 16)) as unknown as Rgb;

/** How many colours a map has: more than an eye tells apart. */
export const colorCount = 128;

/** The colours of a map, from its low to its high end. */
export function colorsOf(name: ColorMapName): Rgb[] {
  const parsed = stops[name].map(parse);
  return Array.from({ length: colorCount }, (_, i) => {
    const at = (i / (colorCount - 1)) * (parsed.length - 1);
    const low = Math.min(Math.floor(at), parsed.length - 2);
    return [0, 1, 2].map((k) =>
      Math.round(parsed[low][k] + (at - low) * (parsed[low + 1][k] - parsed[low][k])),
    ) as unknown as Rgb;
  });
}

/** The place of a number in a map's colours. */
export function colorIndex(value: number, low: number, high: number): number {
  const share = high > low ? (value - low) / (high - low) : 0.5;
  return Math.min(colorCount - 1, Math.max(0, Math.floor(share * colorCount)));
}

export const hexOf = (color: Rgb): string => `#${color.map((x) => x.toString(16).padStart(2, '0')).join('')}`;

/** Black or white, whichever is read better on a colour (relative luminance, WCAG 2). */
export function readableOn(color: Rgb): string {
  const [r, g, b] = color.map((x) => (x / 255 <= 0.04045 ? x / 255 / 12.92 : ((x / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.18 ? '#000000' : '#ffffff';
}
