/** Nearness in the layout, 1 / (1 + a d^2b). */
export interface Curve {
  readonly a: number;
  readonly b: number;
}

const samples = 300;

/**
 * The curve that comes nearest (least squares over 300 distances up to 3 · spread, as umap-learn fits it) to 1 up to minDist and
 * exp(-(d - minDist) / spread) beyond. By Levenberg's steps from a = b = 1.
 */
export function fitCurve(minDist: number, spread: number): Curve {
  const points = Array.from({ length: samples }, (_, i) => {
    const d = (3 * spread * i) / (samples - 1);
    return { d, wanted: d < minDist ? 1 : Math.exp(-(d - minDist) / spread) };
  });
  const costOf = (a: number, b: number) =>
    points.reduce((sum, { d, wanted }) => sum + (1 / (1 + a * d ** (2 * b)) - wanted) ** 2, 0);
  let [a, b, damping] = [1, 1, 1e-3];
  let cost = costOf(a, b);
  for (let step = 0; step < 500 && damping < 1e12; step++) {
    let [aa, ab, bb, ga, gb] = [0, 0, 0, 0, 0];
    for (const { d, wanted } of points) {
      if (d === 0) continue;
      const power = d ** (2 * b);
      const value = 1 / (1 + a * power);
      const slopeA = -value * value * power;
      const slopeB = slopeA * 2 * a * Math.log(d);
      const difference = value - wanted;
      aa += slopeA * slopeA;
      ab += slopeA * slopeB;
      bb += slopeB * slopeB;
      ga += slopeA * difference;
      gb += slopeB * difference;
    }
    const [da, db] = [aa * (1 + damping), bb * (1 + damping)];
    const determinant = da * db - ab * ab;
    const [nextA, nextB] = [a - (db * ga - ab * gb) / determinant, b - (da * gb - ab * ga) / determinant];
    const next = nextA > 0 && nextB > 0 ? costOf(nextA, nextB) : Number.POSITIVE_INFINITY;
    if (!(next < cost)) {
      damping *= 10;
      continue;
    }
    const gain = cost - next;
    [a, b, cost, damping] = [nextA, nextB, next, damping / 10];
    if (gain < 1e-14 * cost) break;
  }
  return { a, b };
}
