/** Moves points so that their middle is 0 and the mean square of their distances from it is 1. What is not finite becomes 0. */
export function centred(points: Float32Array, dimensions: number): Float32Array {
  const count = points.length / dimensions;
  const middle = new Float64Array(dimensions);
  for (let i = 0; i < points.length; i++) {
    if (!Number.isFinite(points[i])) points[i] = 0;
    middle[i % dimensions] += points[i] / count;
  }
  let square = 0;
  for (let i = 0; i < points.length; i++) {
    points[i] -= middle[i % dimensions];
    square += points[i] ** 2 / count;
  }
  const scale = square > 0 ? 1 / Math.sqrt(square) : 1;
  for (let i = 0; i < points.length; i++) points[i] *= scale;
  return points;
}

/**
 * Turns (and mirrors, where that is nearer) centred points so that they lie as near as they can to where they were: orthogonal
 * Procrustes, Schönemann 1966. In place. The turn is the orthogonal factor of pointsᵀ · before.
 */
export function turnedLike(points: Float32Array, before: Float32Array, dimensions: 2 | 3): Float32Array {
  // A plane is turned in space: the third axis stays.
  const cross = [0, 0, 0, 0, 0, 0, 0, 0, dimensions === 2 ? 1 : 0];
  const count = points.length / dimensions;
  for (let k = 0; k < points.length; k += dimensions) {
    for (let i = 0; i < dimensions; i++) {
      for (let j = 0; j < dimensions; j++) cross[3 * i + j] += (points[k + i] * before[k + j]) / count;
    }
  }
  const turn = orthogonalFactor(cross);
  const row = new Float64Array(3);
  for (let k = 0; k < points.length; k += dimensions) {
    for (let j = 0; j < dimensions; j++) {
      row[j] = 0;
      for (let i = 0; i < dimensions; i++) row[j] += points[k + i] * turn[3 * i + j];
    }
    for (let j = 0; j < dimensions; j++) points[k + j] = row[j];
  }
  return points;
}

/** The orthogonal factor of the polar decomposition of a matrix [3, 3], by Newton's iteration X ← (X + X⁻ᵀ) / 2 (Higham 1986). */
function orthogonalFactor(matrix: readonly number[]): number[] {
  let x = [...matrix];
  const size = Math.hypot(...x);
  // A matrix of less than full rank has many such factors; this takes the nearest to no turn.
  for (let i = 0; i < 9; i += 4) x[i] += 1e-9 * (size > 0 ? size : 1);
  for (let step = 0; step < 100; step++) {
    const cofactors = cofactorsOf(x);
    const determinant = x[0] * cofactors[0] + x[1] * cofactors[1] + x[2] * cofactors[2];
    if (determinant === 0) return [1, 0, 0, 0, 1, 0, 0, 0, 1];
    const inverse = cofactors.map((value) => value / determinant);
    // Scaled, so that it takes few steps from far away too.
    const scale = Math.sqrt(Math.hypot(...inverse) / Math.hypot(...x));
    const next = x.map((value, i) => (scale * value + inverse[i] / scale) / 2);
    const change = Math.hypot(...next.map((value, i) => value - x[i]));
    x = next;
    if (change < 1e-12) break;
  }
  return x;
}

/** The cofactors of a matrix [3, 3]: its transposed inverse, times its determinant. */
function cofactorsOf([a, b, c, d, e, f, g, h, i]: readonly number[]): number[] {
  return [
    e * i - f * h,
    f * g - d * i,
    d * h - e * g,
    c * h - b * i,
    a * i - c * g,
    b * g - a * h,
    b * f - c * e,
    c * d - a * f,
    a * e - b * d,
  ];
}
