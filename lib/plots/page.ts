import { type ThemeName, themes } from './theme.js';

/** A point of a picture with a text that is shown when the mouse is near. */
export interface HoverPoint {
  /** In pixels of the picture. */
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

const escapeHtml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** Wheel and drag move the view, a double click takes it back; the nearest point within 12 pixels says its text. */
const script = `
const svg = document.querySelector('svg'), tip = document.querySelector('output');
const home = svg.viewBox.baseVal, full = [home.x, home.y, home.width, home.height];
let view = full.slice(), drag = null;
const show = () => svg.setAttribute('viewBox', view.join(' '));
const at = (e) => { const p = new DOMPoint(e.clientX, e.clientY).matrixTransform(svg.getScreenCTM().inverse()); return [p.x, p.y]; };
svg.addEventListener('wheel', (e) => {
  e.preventDefault();
  const [x, y] = at(e), by = Math.min(full[2] / view[2], Math.max(0.02 * full[2] / view[2], Math.exp(e.deltaY / 500)));
  view = [x + (view[0] - x) * by, y + (view[1] - y) * by, view[2] * by, view[3] * by];
  if (view[2] >= full[2] * 0.999) view = full.slice();
  show();
}, { passive: false });
svg.addEventListener('pointerdown', (e) => { drag = at(e); svg.setPointerCapture(e.pointerId); });
svg.addEventListener('pointerup', () => { drag = null; });
svg.addEventListener('dblclick', () => { view = full.slice(); show(); });
svg.addEventListener('pointermove', (e) => {
  const [x, y] = at(e);
  if (drag) { view[0] += drag[0] - x; view[1] += drag[1] - y; show(); return; }
  let best = null, least = (12 * view[2] / full[2]) ** 2;
  for (const p of points) { const d = (p[0] - x) ** 2 + (p[1] - y) ** 2; if (d <= least) { least = d; best = p; } }
  tip.hidden = !best;
  if (best) { tip.textContent = best[2]; tip.style.left = e.pageX + 12 + 'px'; tip.style.top = e.pageY + 12 + 'px'; }
});
`;

/** A page with a picture in it, which asks for nothing outside itself. */
export function pageOf(svg: string, title: string, theme: ThemeName, points: readonly HoverPoint[]): string {
  const { background, text, faint, grid } = themes[theme];
  const list = JSON.stringify(points.map((p) => [Math.round(p.x * 10) / 10, Math.round(p.y * 10) / 10, p.text]));
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>
:root { color-scheme: ${theme}; }
body { margin: 0; background: ${background}; color: ${text}; font: 14px Inter, 'Helvetica Neue', Arial, sans-serif; }
svg { display: block; margin: 0 auto; max-width: 100%; height: auto; touch-action: none; }
p { text-align: center; color: ${faint}; }
output { position: absolute; padding: 2px 6px; border: 1px solid ${grid}; background: ${background}; pointer-events: none; }
</style>
${svg.trim()}
<p>Wheel: closer or further. Drag: move. Double click: all of it.</p>
<output hidden></output>
<script>
const points = ${list.replaceAll('<', '\\u003c')};${script}</script>
</html>
`;
}
