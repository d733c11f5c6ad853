import { extname } from 'node:path';
import { ArgumentError, describe, ValueError } from '../errors.js';
import { writeFileAtomically } from '../io/atomic_file.js';
import { checkOptions } from '../options.js';
import { type HoverPoint, pageOf } from './page.js';
import { checkChoice, checkFlag, checkNumber, checkPixels, checkWhole, type SettledPlot } from './plot_options.js';
import { pngOf } from './png.js';
import type { ThemeName } from './theme.js';

/** How large, and on which ground. What is left out is as the picture was made. */
export interface SvgOptions {
  /** In pixels. */
  width?: number | undefined;
  height?: number | undefined;
  theme?: ThemeName | undefined;
}

export interface PngOptions extends SvgOptions {
  /** Pixels of the image for each pixel of width and height, from 0.1 to 8. Default: 2, for dense screens. */
  scale?: number | undefined;
}

export interface TextOptions {
  /** How wide the text may be, from 20 to 500. Default: 80. */
  columns?: number | undefined;
  /** Whether to write ANSI escapes of 24-bit colours. Default: false. */
  color?: boolean | undefined;
}

/** What a kind of picture knows of itself. */
export interface Drawing {
  /** The function that made it, which errors name. */
  readonly op: string;
  readonly plot: SettledPlot;
  /** For readers who don't see it. */
  readonly description: string;
  svg(plot: SettledPlot): string;
  /** What a page tells of the points of the picture that was drawn last. */
  hover?(): readonly HoverPoint[];
  text(columns: number, color: boolean): readonly string[];
}

const svgNames = ['width', 'height', 'theme'] as const;
const mostPixels = 2 ** 27;

const escapeXml = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** A picture: the same text, image or page whenever it is asked for. `plots.heatMap` and its kin make them. */
export class Figure {
  readonly #drawing: Drawing;

  private constructor(drawing: Drawing) {
    this.#drawing = drawing;
  }

  /** @internal */
  static of(drawing: Drawing): Figure {
    return new Figure(drawing);
  }

  /** An SVG document; its text is text, in Inter or the reader's own sans-serif font. */
  toSvg(options?: SvgOptions): string {
    return this.#svg('toSvg', checkOptions('toSvg', options, svgNames));
  }

  #svg(op: string, { width, height, theme }: SvgOptions): string {
    const { plot } = this.#drawing;
    const svg = this.#drawing.svg({
      ...plot,
      width: checkPixels(op, 'width', width, plot.width),
      height: checkPixels(op, 'height', height, plot.height),
      theme: checkChoice(op, 'theme', theme, ['light', 'dark'], plot.theme),
    });
    const { description } = this.#drawing;
    return svg.replace('<svg ', `<svg role="img" aria-label="${escapeXml(description)}" `);
  }

  /** A PNG image, drawn with a font of the package: machines without fonts give the same. */
  async toPng(options?: PngOptions): Promise<Uint8Array> {
    const { scale = 2, ...size } = checkOptions('toPng', options, [...svgNames, 'scale']);
    checkNumber('toPng', 'scale', scale, 0.1, 8);
    const svg = this.#svg('toPng', size);
    const { width = this.#drawing.plot.width, height = this.#drawing.plot.height } = size;
    if (width * height * scale * scale > mostPixels) {
      throw new ValueError(`toPng: an image of ${width * scale} × ${height * scale} pixels is too large`);
    }
    return pngOf('toPng', svg, scale);
  }

  /** A page that needs nothing else: the picture, with a wheel to come closer and the names of points under the mouse. */
  toHtml(options?: SvgOptions): string {
    const settled = checkOptions('toHtml', options, svgNames);
    const svg = this.#svg('toHtml', settled);
    const { plot, description, hover } = this.#drawing;
    const theme = settled.theme ?? plot.theme;
    return pageOf(svg, plot.title === '' ? description : plot.title, theme, hover?.() ?? []);
  }

  /** A form for terminals. */
  toText(options?: TextOptions): string {
    const { columns, color } = checkOptions('toText', options, ['columns', 'color']);
    const width = checkWhole('toText', 'columns', columns, 80, 20, 500);
    const lines = this.#drawing.text(width, checkFlag('toText', 'color', color, false));
    return lines.map((line) => line.trimEnd()).join('\n');
  }

  /** The SVG as an address that an `img` takes. */
  toDataURL(): string {
    return `data:image/svg+xml;charset=utf-8,${encodeURIComponent(this.toSvg())}`;
  }

  /**
   * Writes the picture, in the format of the file's ending: .svg, .png, .html or .txt. A crash leaves the file that was
   * there, or the new one.
   * @throws ArgumentError or ValueError for a path that is none, or of another ending, before anything is drawn; the file
   * system's own error where it can't be written
   */
  async save(path: string, options?: PngOptions): Promise<void> {
    if (typeof path !== 'string' || path === '') {
      throw new ArgumentError(`save: path must name a file, got ${describe(path)}`);
    }
    const given = checkOptions('save', options, [...svgNames, 'scale']);
    const { scale, ...size } = given;
    const ending = extname(path).toLowerCase();
    if (ending !== '.png' && scale !== undefined) throw new ArgumentError('save: scale is for .png');
    writeFileAtomically(path, await this.#content(ending, given, size));
  }

  async #content(ending: string, png: PngOptions, size: SvgOptions): Promise<string | Uint8Array> {
    switch (ending) {
      case '.svg':
        return this.toSvg(size);
      case '.png':
        return this.toPng(png);
      case '.html':
        return this.toHtml(size);
      case '.txt':
        return `${this.toText()}\n`;
      default:
        throw new ValueError(
          `save: the ending of the file says the format: .svg, .png, .html or .txt, got ${describe(ending)}`,
        );
    }
  }

  toString(): string {
    return this.#drawing.description;
  }

  /** What Deno's Jupyter kernel shows of the last value of a cell. */
  [Symbol.for('Jupyter.display')](): Record<string, string> {
    return this.#mime();
  }

  /** What kernels of Node.js show (ijavascript, nel). */
  _toMime(): Record<string, string> {
    return this.#mime();
  }

  #mime(): Record<string, string> {
    return { 'image/svg+xml': this.toSvg(), 'text/plain': this.toText() };
  }
}
