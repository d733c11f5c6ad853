/**
 * Decimal strings of doubles, digit for digit as Python's `format` writes them.
 *
 * `Number.prototype.toFixed` and `toExponential` work on the exact binary value too, but send exact ties away from
 * zero, where Python sends them to the even digit: `0.03125` with four digits is `0.0313` in JavaScript and `0.0312`
 * in Python. A tie can only occur where the value ends exactly half a unit after the last digit, so the two differ in
 * that digit alone.
 */

/** Most digits after the decimal point that {@link formatFixed} and {@link formatExponential} can write. */
export const MAX_FRACTION_DIGITS = 100;

const NON_FINITE_NAMES = new Map([
  [Number.POSITIVE_INFINITY, 'inf'],
  [Number.NEGATIVE_INFINITY, '-inf'],
]);

/**
 * `format(value, '.{digits}f')` of Python.
 *
 * @param value any double; non-finite ones give `nan`, `inf`, `-inf`; a negative zero keeps its sign
 * @param digits digits after the point, an integer from 0 to {@link MAX_FRACTION_DIGITS}
 */
export function formatFixed(value: number, digits: number): string {
  if (!Number.isFinite(value)) return nonFiniteName(value);
  const magnitude = Math.abs(value);
  return (
    signOf(value) + (magnitude < 1e21 ? fixedBelow1e21(magnitude, digits) : fixedOfLargeInteger(magnitude, digits))
  );
}

/**
 * `format(value, '.{digits}e')` of Python: an exponent of at least two digits.
 *
 * @param value any double; non-finite ones give `nan`, `inf`, `-inf`; a negative zero keeps its sign
 * @param digits digits after the point, an integer from 0 to {@link MAX_FRACTION_DIGITS}
 */
export function formatExponential(value: number, digits: number): string {
  if (!Number.isFinite(value)) return nonFiniteName(value);
  const magnitude = Math.abs(value);
  const text = magnitude.toExponential(digits);
  const marker = text.indexOf('e');
  const exponent = Number(text.slice(marker + 1));
  let mantissa = text.slice(0, marker);
  if (endsInOddDigit(mantissa) && isExponentialTie(magnitude, digits, exponent)) {
    mantissa = withLastDigitLowered(mantissa);
  }
  const exponentSign = exponent < 0 ? '-' : '+';
  return `${signOf(value)}${mantissa}e${exponentSign}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

function nonFiniteName(value: number): string {
  return NON_FINITE_NAMES.get(value) ?? 'nan';
}

function signOf(value: number): string {
  return value < 0 || Object.is(value, -0) ? '-' : '';
}

function fixedBelow1e21(magnitude: number, digits: number): string {
  const text = magnitude.toFixed(digits);
  return endsInOddDigit(text) && isFixedTie(magnitude, digits) ? withLastDigitLowered(text) : text;
}

/** `toFixed` falls back to exponents from 1e21; such doubles are integers, which BigInt writes exactly. */
function fixedOfLargeInteger(magnitude: number, digits: number): string {
  const integer = BigInt(magnitude).toString();
  return digits === 0 ? integer : `${integer}.${'0'.repeat(digits)}`;
}

/** Whether `magnitude * 10^digits` ends in exactly one half. As 5^digits is odd, `magnitude * 2^digits` decides. */
function isFixedTie(magnitude: number, digits: number): boolean {
  return isOddInteger(magnitude * 2 ** (digits + 1));
}

/** Whether `magnitude / 10^(exponent - digits)` ends in exactly one half. */
function isExponentialTie(magnitude: number, digits: number, exponent: number): boolean {
  const droppedDigits = exponent - digits;
  if (droppedDigits <= 0) return isOddInteger(magnitude * 2 ** (1 - droppedDigits));
  if (!Number.isInteger(magnitude)) return false;
  const doubled = BigInt(magnitude) * 2n;
  const unit = 10n ** BigInt(droppedDigits);
  return doubled % unit === 0n && (doubled / unit) % 2n === 1n;
}

function isOddInteger(value: number): boolean {
  return value <= Number.MAX_SAFE_INTEGER && value % 2 === 1;
}

function endsInOddDigit(text: string): boolean {
  return text.charCodeAt(text.length - 1) % 2 === 1;
}

function withLastDigitLowered(text: string): string {
  return text.slice(0, -1) + String(Number(text.at(-1)) - 1);
}
