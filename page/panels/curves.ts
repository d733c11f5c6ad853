import type { Series } from '../../lib/view/protocol.js';

const [width, height] = [300, 170];
const edge = { left: 46, right: 8, top: 8, bottom: 22 };
const space = 'http://www.w3.org/2000/svg';

export function svg(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  ...children: Node[]
): SVGElement {
  const made = document.createElementNS(space, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.append(...children);
  return made;
}

/** Curves over the same axes. */
export function drawCurves(series: readonly Series[]): SVGElement {
  const points = series.flatMap((one) => one.points);
  const [fromStep, toStep] = rangeOf(points.map(([step]) => step));
  const [least, most] = rangeOf(points.map(([, value]) => value));
  const x = (step: number) => edge.left + ((step - fromStep) / (toStep - fromStep)) * (width - edge.left - edge.right);
  const y = (value: number) =>
    height - edge.bottom - ((value - least) / (most - least)) * (height - edge.top - edge.bottom);
  const text = (content: string, at: Readonly<Record<string, string | number>>) =>
    svg('text', at, document.createTextNode(content));
  const parts: SVGElement[] = [];
  for (const value of ticks(least, most)) {
    parts.push(svg('line', { class: 'grid', x1: edge.left, x2: width - edge.right, y1: y(value), y2: y(value) }));
    parts.push(text(shortNumber(value), { x: edge.left - 4, y: y(value) + 4, 'text-anchor': 'end' }));
  }
  for (const step of ticks(fromStep, toStep)) {
    parts.push(text(shortNumber(step), { x: x(step), y: height - 6, 'text-anchor': 'middle' }));
  }
  for (const [k, one] of series.entries()) {
    const way = one.points.map(
      ([step, value], i) => `${i === 0 ? 'M' : 'L'}${x(step).toFixed(1)} ${y(value).toFixed(1)}`,
    );
    // A single point is a short stroke.
    if (way.length === 1) way.push('h4');
    parts.push(svg('path', { class: `series-${k % 4}`, d: way.join('') }));
  }
  const label = `${series.map(({ name }) => name).join(', ')} over steps ${fromStep} to ${toStep}`;
  return svg('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label }, ...parts);
}

function rangeOf(values: readonly number[]): [number, number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return most > least ? [least, most] : [least - 0.5, least + 0.5];
}

/** Three to six round numbers. */
function ticks(least: number, most: number): number[] {
  const rough = (most - least) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? rough;
  const found: number[] = [];
  for (let k = Math.ceil(least / step); k * step <= most; k++) found.push(k * step);
  return found;
}

export function shortNumber(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-3) return value.toExponential(1).replace('e+', 'e');
  return size >= 10_000 ? `${Number((value / 1000).toPrecision(3))}k` : String(Number(value.toPrecision(4)));
}
