/** Moves points so that their middle is 0 and the mean square of their distances from it is 1. Not finite ones become 0. */
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
