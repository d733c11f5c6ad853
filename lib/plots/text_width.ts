/** Advance widths of Inter Regular from space to tilde, in thousandths of the font's size. */
// biome-ignore format: a table
const widths = [
  281, 288, 466, 633, 642, 982, 644, 300, 365, 365, 501, 662, 288, 460, 288, 360, 631, 407, 610, 618, 646, 593, 620, 566,
  619, 620, 288, 302, 662, 662, 662, 511, 966, 690, 654, 730, 722, 601, 590, 746, 743, 269, 571, 672, 565, 903, 753, 765,
  639, 765, 644, 642, 646, 744, 690, 985, 682, 679, 629, 365, 360, 365, 471, 456, 323, 562, 612, 571, 612, 583, 370, 613,
  591, 242, 242, 549, 242, 876, 591, 600, 612, 612, 376, 528, 327, 591, 562, 818, 546, 562, 552, 426, 333, 426, 662,
];

/** Of other letters, and of ideographs and pictures, which are about as wide as high. */
const usual = 640;
const wide = 1000;

function widthOf(code: number): number {
  if (code >= 0x20 && code < 0x7f) return widths[code - 0x20];
  if (code < 0x1100) return usual;
  return code < 0x2000 || code > 0x2e7f ? wide : usual;
}

/** About how wide a text is, in pixels, in the font that pictures are drawn with. */
export function textWidth(text: string, fontSize: number): number {
  let sum = 0;
  for (const character of text) sum += widthOf(character.codePointAt(0) as number);
  return (sum * fontSize) / 1000;
}

/** Whether the bundled font has all letters of a text: Latin, Greek and Cyrillic, and the usual punctuation. */
export function hasGlyphs(text: string): boolean {
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    const known = code < 0x530 || (code >= 0x1e00 && code < 0x1f00) || (code >= 0x2010 && code < 0x2027);
    if (!known && code !== 0x2212) return false;
  }
  return true;
}

/** A text that is cut where it would be wider than that many pixels. */
export function fitted(text: string, fontSize: number, most: number): string {
  if (textWidth(text, fontSize) <= most) return text;
  const characters = [...text];
  while (characters.length > 1 && textWidth(`${characters.join('')}…`, fontSize) > most) characters.pop();
  return `${characters.join('')}…`;
}
