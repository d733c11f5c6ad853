// Powers of ten that a double holds exactly.
const exactPowers = Array.from({ length: 23 }, (_, k) => 10 ** k);
/** Digits that a double always holds exactly. */
const exactDigits = 15;

const [zero, nine, minus, plus, point, lowerE, upperE] = [48, 57, 45, 43, 46, 101, 69];

/**
 * A decimal number in ASCII, bytes[begin … end). Digits that a double holds and a small power of ten are divided or multiplied once,
 * which rounds right (Clinger 1990); anything else goes to `Number`. NaN where there is no number.
 */
export function parseDecimal(bytes: Uint8Array, begin: number, end: number): number {
  let at = begin;
  const negative = bytes[at] === minus;
  if (negative || bytes[at] === plus) at++;
  let [value, digits, scale, any] = [0, 0, 0, false];
  for (; at < end && bytes[at] >= zero && bytes[at] <= nine; at++) {
    value = value * 10 + (bytes[at] - zero);
    if (value !== 0) digits++;
    any = true;
  }
  if (bytes[at] === point && at < end) {
    at++;
    for (; at < end && bytes[at] >= zero && bytes[at] <= nine; at++) {
      value = value * 10 + (bytes[at] - zero);
      if (value !== 0) digits++;
      scale--;
      any = true;
    }
  }
  if (!any) return otherNumber(bytes, begin, end);
  if (at < end && (bytes[at] === lowerE || bytes[at] === upperE)) {
    at++;
    const down = bytes[at] === minus;
    if (down || bytes[at] === plus) at++;
    if (at >= end) return Number.NaN;
    let exponent = 0;
    for (; at < end && bytes[at] >= zero && bytes[at] <= nine; at++) {
      exponent = Math.min(exponent * 10 + (bytes[at] - zero), 10_000);
    }
    scale += down ? -exponent : exponent;
  }
  if (at !== end) return Number.NaN;
  if (digits > exactDigits || scale > 22 || scale < -22) return otherNumber(bytes, begin, end);
  const magnitude = scale < 0 ? value / exactPowers[-scale] : value * exactPowers[scale];
  return negative ? -magnitude : magnitude;
}

function otherNumber(bytes: Uint8Array, begin: number, end: number): number {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + begin, end - begin).toString('latin1');
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
}
