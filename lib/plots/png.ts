import { ArgumentError } from '../errors.js';
import { importUnbundled } from '../io/unbundled.js';
import { fontFile } from './engine.js';
import { hasGlyphs } from './text_width.js';

/** Draws an SVG as a PNG. @param scale pixels of the image for a pixel of the SVG */
export async function pngOf(op: string, svg: string, scale: number): Promise<Uint8Array> {
  const loading = importUnbundled('@resvg/resvg-js') as Promise<typeof import('@resvg/resvg-js')>;
  const { Resvg } = await loading.catch((error: Error) => {
    throw new ArgumentError(
      `${op}: @resvg/resvg-js, which draws PNG, can't be loaded; run npm install @resvg/resvg-js, or save .svg: ${error.message}`,
      { cause: error },
    );
  });
  const text = [...svg.matchAll(/>([^<]+)</g)].map(([, part]) => part).join('');
  const font = {
    fontFiles: [fontFile()],
    // Reading all fonts of a machine takes long, and pictures should not depend on them; ideographs have no other source.
    loadSystemFonts: !hasGlyphs(text.replaceAll(/\s/g, ' ')),
    defaultFontFamily: 'Inter',
  };
  return new Resvg(svg, { font, fitTo: { mode: 'zoom', value: scale } }).render().asPng();
}
