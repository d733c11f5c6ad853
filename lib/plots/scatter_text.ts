import { gutterOf, withAxes } from './axes_text.js';
import { DotCanvas } from './dot_canvas.js';
import { type PlottedPoints, rangesOf } from './plotted_points.js';

/** Points as dots, with the names that have room. */
export function scatterText(
  title: string,
  { points, labels, groups, groupOf }: PlottedPoints,
  columns: number,
  color: boolean,
): string[] {
  const [xRange, yRange] = rangesOf(points);
  const width = columns - gutterOf(yRange) - 1;
  const canvas = new DotCanvas(width, Math.max(6, Math.min(30, Math.round(width / 3))));
  const place = (i: number): [number, number] => [
    (points.values[2 * i] - xRange[0]) / (xRange[1] - xRange[0]),
    (points.values[2 * i + 1] - yRange[0]) / (yRange[1] - yRange[0]),
  ];
  for (let i = 0; i < points.rows; i++) canvas.dot(...place(i), groupOf[i]);
  for (const [i, label] of (labels ?? []).entries()) if (label !== '') canvas.write(...place(i), label, groupOf[i]);
  return withAxes(title, canvas, xRange, yRange, groups.slice(0, 12), color);
}
