/** Modified Bessel functions of the first kind, in double. Formulas: Abramowitz and Stegun, chapter 9. */

const { abs, exp, sqrt, PI } = Math;
/** From here on the asymptotic series is exact to a double's last digits, and below it the power series is not long. */
const FAR = 40;

/** Σ (x²/4)ᵏ / (k! (k + order)!), the power series without (x/2)^order (9.6.10); all terms are positive. */
function powerSeries(x: number, order: number): number {
  const z = (x * x) / 4;
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= z / (k * (k + order));
    sum += term;
  }
  return sum;
}

/** e^(−x) Iₙ(x) for large x (9.7.1), μ = 4n². */
function scaledFar(x: number, order: number): number {
  const mu = 4 * order * order;
  let term = 1;
  let sum = 1;
  for (let k = 1; k < 60 && abs(term) > 1e-17; k++) {
    term *= -(mu - (2 * k - 1) ** 2) / (k * 8 * x);
    sum += term;
  }
  return sum / sqrt(2 * PI * x);
}

/** e^|x| · value, without an overflow where the product has none. */
function grown(size: number, value: number): number {
  const half = exp(size / 2);
  return half * value * half;
}

/** I₀(x): even, 1 at 0. */
export function i0Of(x: number): number {
  const size = abs(x);
  if (Number.isNaN(x) || size === Number.POSITIVE_INFINITY) return size;
  return size < FAR ? powerSeries(size, 0) : grown(size, scaledFar(size, 0));
}

/** I₁(x), the derivative of I₀: odd, 0 at 0. */
export function i1Of(x: number): number {
  const size = abs(x);
  if (Number.isNaN(x) || size === Number.POSITIVE_INFINITY) return x;
  const value = size < FAR ? (size / 2) * powerSeries(size, 1) : grown(size, scaledFar(size, 1));
  return x < 0 ? -value : value;
}
