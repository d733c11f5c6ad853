import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { textWidth } from './text_width.js';

// Not imported: webpack would put a stand-in of its own in place of what it makes.
const { createRequire } = process.getBuiltinModule('node:module');

/** Options of a chart, as echarts' documentation describes them. */
export type ChartOption = { readonly [name: string]: unknown };

/** Where echarts put the data: what a second pass over a picture needs to know. */
export interface Placement {
  /** The rectangle between the axes, in pixels. */
  readonly area: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  toPixel(point: readonly [number, number]): readonly [number, number];
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

interface Chart {
  setOption(option: ChartOption, notMerge: boolean): void;
  convertToPixel(finder: object, point: readonly number[]): [number, number];
  getModel(): { getComponent(name: string, index: number): { coordinateSystem: { getRect(): Placement['area'] } } };
  renderToSVGString(): string;
  dispose(): void;
}

interface Charts {
  init(dom: null, theme: null, options: object): Chart;
  setPlatformAPI(api: { measureText(text: string, font: string): { width: number } }): void;
}

/**
 * The package holds the parts of echarts that pictures need, and the font, in a folder of its own; in a checkout they come
 * from the packages that the build takes them from.
 */
const bundled = (file: string) => fileURLToPath(new URL(`./plots/${file}`, import.meta.url));

let charts: Charts | null = null;

/** echarts, when the first picture is drawn. */
function loadCharts(): Charts {
  if (charts !== null) return charts;
  const require = createRequire(import.meta.url);
  const file = bundled('echarts.cjs');
  charts = require(existsSync(file) ? file : 'echarts') as Charts;
  charts.setPlatformAPI({
    measureText: (text, font) => ({ width: textWidth(text, Number(/([\d.]+)px/.exec(font)?.[1] ?? 12)) }),
  });
  return charts;
}

/** The path of Inter (SIL Open Font License 1.1) as a TrueType file. */
export function fontFile(): string {
  const file = bundled('Inter.ttf');
  if (existsSync(file)) return file;
  return createRequire(import.meta.url).resolve('@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf');
}

/**
 * Draws a chart as SVG.
 * @param refine gives the option of a second pass from where the first one put the data
 */
export function drawChart(
  option: ChartOption,
  size: Size,
  refine?: (placement: Placement) => { option: ChartOption; over?: string },
): string {
  const chart = loadCharts().init(null, null, { renderer: 'svg', ssr: true, ...size });
  try {
    chart.setOption(option, true);
    let over = '';
    if (refine !== undefined) {
      const area = chart.getModel().getComponent('grid', 0).coordinateSystem.getRect();
      const refined = refine({ area, toPixel: (point) => chart.convertToPixel({ gridIndex: 0 }, point) });
      chart.setOption(refined.option, true);
      over = refined.over ?? '';
    }
    return plainSvg(chart.renderToSVGString(), over);
  } finally {
    // A chart holds a timer, which would keep the process alive.
    chart.dispose();
  }
}

/** SVG without what echarts keeps for its own script, and whose names depend on nothing but what is drawn. */
function plainSvg(svg: string, over: string): string {
  const plain = svg
    .replace(/ (?:ecmeta_\w+|class|pointer-events|baseProfile|xmlns:xlink|version)="[^"]*"/g, '')
    .replace(/<style >[\s\S]*?<\/style>\s*/g, '')
    .replace(/<defs >\s*<\/defs>\s*/g, '')
    .replace(/="[^"<>]*\d\.\d{3}[^"<>]*"/g, (value) => value.replace(/(?<=\d\.\d{2})\d+/g, ''))
    .replace('</svg>', `${over}</svg>`);
  const name = `p${hashOf(plain.replace(/\bzr\d+-/g, ''))}`;
  return `${plain.replace(/\bzr\d+-/g, `${name}-`).trim()}\n`;
}

/** FNV-1a: two pictures on one page must not share the names of their clip paths. */
function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(36);
}
