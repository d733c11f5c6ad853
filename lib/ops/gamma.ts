/** Values of the error and gamma functions, in double. Formulas: Abramowitz and Stegun, chapters 6 and 7. */

const { abs, exp, floor, log, sqrt, tan, sin, PI } = Math;
const TWO_OVER_SQRT_PI = 2 / sqrt(PI);
/** From here on the asymptotic series of the gamma functions are exact to a double's last digits. */
const FAR = 12;

/** 2/√π e^(−x²) Σ 2ⁿ x^(2n+1) / (2n+1)!!, without a sign change (7.1.6); for |x| below 2. */
function erfSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; n < 100 && abs(term) > abs(sum) * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return TWO_OVER_SQRT_PI * exp(-x * x) * sum;
}

/** e^(x²) erfc(x) by its continued fraction (7.1.14), from the inside out; for x of at least 2. */
function scaledErfc(x: number): number {
  let fraction = x;
  for (let n = 60; n > 0; n--) fraction = x + n / 2 / fraction;
  return 1 / (sqrt(PI) * fraction);
}

/** The error function. */
export function erfOf(x: number): number {
  if (abs(x) < 2) return erfSeries(x);
  const rest = exp(-x * x) * scaledErfc(abs(x));
  return x > 0 ? 1 - rest : rest - 1;
}

/** 1 − erf(x), to its last digits where it is small. */
export function erfcOf(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x < 0.5) return 1 - erfOf(x);
  return x < 2 ? 1 - erfSeries(x) : exp(-x * x) * scaledErfc(x);
}

/** The x with erf(x) = y: a first guess (Winitzki's), then Newton's steps; near ±1 by what is left to 1. */
export function erfinvOf(y: number): number {
  if (abs(y) >= 1 || Number.isNaN(y)) return abs(y) === 1 ? y * Number.POSITIVE_INFINITY : Number.NaN;
  const size = abs(y);
  const a = 0.147;
  const half = log(1 - size * size) / 2 + 2 / (PI * a);
  let x = sqrt(sqrt(half * half - log(1 - size * size) / a) - half);
  for (let step = 0; step < 4; step++) {
    const slope = TWO_OVER_SQRT_PI * exp(-x * x);
    const error = size < 0.9 ? erfOf(x) - size : 1 - size - erfcOf(x);
    const change = error / slope;
    // Halley's correction: erf'' = −2x erf'.
    x -= change / (1 + x * change);
  }
  return y < 0 ? -x : x;
}

/** ln Γ(x) − its main part, Stirling's series (6.1.41). */
function stirling(x: number): number {
  const z = 1 / (x * x);
  const series = 1 / 12 - z * (1 / 360 - z * (1 / 1260 - z * (1 / 1680 - z * (1 / 1188 - (z * 691) / 360360))));
  return (x - 0.5) * log(x) - x + log(2 * PI) / 2 + series / x;
}

/** ln |Γ(x)|; infinite at 0, −1, −2, … */
export function lgammaOf(x: number): number {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? x : Number.POSITIVE_INFINITY;
  if (x === 1 || x === 2) return 0;
  if (x <= 0) {
    if (x === floor(x)) return Number.POSITIVE_INFINITY;
    return log(PI / abs(sin(PI * (x - 2 * floor(x / 2))))) - lgammaOf(1 - x);
  }
  let product = 1;
  let at = x;
  for (; at < FAR; at++) product *= at;
  return stirling(at) - log(product);
}

/** Γ'(x) / Γ(x) (6.3.6, 6.3.7, 6.3.18); NaN at negative whole numbers, −∞ at 0 (∞ at −0). */
export function digammaOf(x: number): number {
  if (x === 0) return Object.is(x, -0) ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  if (x < 0) {
    if (x === floor(x)) return Number.NaN;
    return digammaOf(1 - x) - PI / tan(PI * (x - floor(x)));
  }
  let sum = 0;
  let at = x;
  for (; at < FAR; at++) sum -= 1 / at;
  const z = 1 / (at * at);
  const series = 1 / 12 - z * (1 / 120 - z * (1 / 252 - z * (1 / 240 - z * (1 / 132 - (z * 691) / 32760))));
  return sum + log(at) - 1 / (2 * at) - z * series;
}

/** B₂ⱼ / (2j)! for j from 1 (23.1). */
const bernoulli = [
  1 / 12,
  -1 / 720,
  1 / 30240,
  -1 / 1209600,
  1 / 47900160,
  -691 / 1307674368000,
  1 / 74724249600,
  -3617 / 10670622842880000,
];

/** Σ (x + k)^(−s) over k from 0, Hurwitz's zeta function for s above 1: the first terms, then Euler and Maclaurin's formula. */
function hurwitz(s: number, x: number): number {
  let sum = 0;
  let at = x;
  for (; at < FAR; at++) sum += at ** -s;
  let power = at ** -s;
  sum += (at * power) / (s - 1) + power / 2;
  let rising = s;
  for (const [j, factor] of bernoulli.entries()) {
    power /= at;
    sum += factor * rising * power;
    rising *= (s + 2 * j + 1) * (s + 2 * j + 2);
    power /= at;
  }
  return sum;
}

/** Hurwitz's zeta function of a whole s; below 0 what lies on that side of 0 is a difference of two others. */
function zeta(s: number, x: number): number {
  if (x > 0 || !Number.isFinite(x)) return hurwitz(s, x);
  const part = x - floor(x);
  const below = hurwitz(s, 1 - part) - hurwitz(s, 1 - x);
  return hurwitz(s, part) + (s % 2 === 0 ? below : -below);
}

/** The n-th derivative of digamma (6.4.10); infinite at 0, −1, −2, … for n above 0. */
export function polygammaOf(n: number, x: number): number {
  if (n === 0) return digammaOf(x);
  if (n === 1) return trigammaOf(x);
  if (x <= 0 && x === floor(x)) return Number.POSITIVE_INFINITY;
  const value = exp(lgammaOf(n + 1)) * zeta(n + 1, x);
  return n % 2 === 1 ? value : -value;
}

/** The derivative of digamma (6.4.6, 6.4.7, 6.4.12); infinite at 0, −1, −2, … */
export function trigammaOf(x: number): number {
  if (x <= 0 && x === floor(x)) return Number.POSITIVE_INFINITY;
  if (x < 0) return (PI / sin(PI * (x - floor(x)))) ** 2 - trigammaOf(1 - x);
  let sum = 0;
  let at = x;
  for (; at < FAR; at++) sum += 1 / (at * at);
  const z = 1 / (at * at);
  const series = 1 / 6 - z * (1 / 30 - z * (1 / 42 - z * (1 / 30 - z * (5 / 66 - (z * 691) / 2730))));
  return sum + 1 / at + z / 2 + (z * series) / at;
}
