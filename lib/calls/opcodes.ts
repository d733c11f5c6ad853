/**
 * The codes by which native code knows its operations: a name's position in its list. The lists are those of
 * native/kernels/elementwise/elementwise.h and reduce.h, in the same order (a test compares them).
 */
export const unaryNames = [
  'neg',
  'abs',
  'sign',
  'square',
  'cube',
  'sqrt',
  'rsqrt',
  'reciprocal',
  'floor',
  'ceil',
  'round',
  'trunc',
  'exp',
  'expm1',
  'log',
  'log1p',
  'log2',
  'log10',
  'sin',
  'cos',
  'tan',
  'asin',
  'acos',
  'atan',
  'sinh',
  'cosh',
  'tanh',
  'sigmoid',
  'erf',
  'relu',
  'leakyRelu',
  'gelu',
  'geluTanh',
  'silu',
  'softplus',
  'elu',
  'logSigmoid',
  'mish',
  'clamp',
  'celu',
  'hardshrink',
  'softshrink',
  'hardsigmoid',
  'hardswish',
  'softsign',
  'tanhshrink',
  'threshold',
  'lgamma',
] as const;
export const binaryNames = [
  'add',
  'sub',
  'mul',
  'div',
  'pow',
  'maximum',
  'minimum',
  'fmod',
  'remainder',
  'floorDivide',
  'absBackward',
  'squareBackward',
  'cubeBackward',
  'sqrtBackward',
  'rsqrtBackward',
  'reciprocalBackward',
  'expm1Backward',
  'log1pBackward',
  'log2Backward',
  'log10Backward',
  'sinBackward',
  'cosBackward',
  'tanBackward',
  'asinBackward',
  'acosBackward',
  'atanBackward',
  'sinhBackward',
  'coshBackward',
  'tanhBackward',
  'sigmoidBackward',
  'erfBackward',
  'reluBackward',
  'leakyReluBackward',
  'geluBackward',
  'geluTanhBackward',
  'siluBackward',
  'softplusBackward',
  'eluBackward',
  'logSigmoidBackward',
  'mishBackward',
  'clampBackward',
  'hardtanhBackward',
  'powScalarBackward',
  'celuBackward',
  'shrinkBackward',
  'hardsigmoidBackward',
  'hardswishBackward',
  'softsignBackward',
  'tanhshrinkBackward',
  'thresholdBackward',
  'glu',
  'prelu',
  'preluWeightBackward',
  'atan2',
] as const;
export const ternaryNames = [
  'addcmul',
  'addcdiv',
  'lerp',
  'maximumBackward',
  'minimumBackward',
  'powBackward',
  'powExponentBackward',
  'divOtherBackward',
  'preluBackward',
  'gluGateBackward',
  'clampBetween',
  'passWhereGreater',
  'passWhereAtLeast',
] as const;
export const integerUnaryNames = ['neg', 'abs', 'sign', 'square', 'relu', 'clamp', 'bitwiseNot'] as const;
export const integerBinaryNames = [
  'add',
  'sub',
  'mul',
  'pow',
  'maximum',
  'minimum',
  'fmod',
  'remainder',
  'floorDivide',
  'bitwiseAnd',
  'bitwiseOr',
  'bitwiseXor',
] as const;
export const compareNames = ['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'logicalAnd', 'logicalOr', 'logicalXor'] as const;
export const reduceNames = [
  'sum',
  'sumAbs',
  'sumSquares',
  'sumPowers',
  'sumNonzero',
  'sumNumbers',
  'deviations',
  'prod',
  'max',
  'min',
  'maxAbs',
  'minAbs',
] as const;

export type UnaryName = (typeof unaryNames)[number];
export type BinaryName = (typeof binaryNames)[number];
export type TernaryName = (typeof ternaryNames)[number];
export type IntegerUnaryName = (typeof integerUnaryNames)[number];
export type IntegerBinaryName = (typeof integerBinaryNames)[number];
export type CompareName = (typeof compareNames)[number];
export type ReduceName = (typeof reduceNames)[number];

function codesOf<Name extends string>(names: readonly Name[]): { readonly [K in Name]: number } {
  return Object.fromEntries(names.map((name, code) => [name, code])) as { [K in Name]: number };
}

export const unaryCode = codesOf(unaryNames);
export const binaryCode = codesOf(binaryNames);
export const ternaryCode = codesOf(ternaryNames);
export const integerUnaryCode: { readonly [name: string]: number | undefined } = codesOf(integerUnaryNames);
export const integerBinaryCode: { readonly [name: string]: number | undefined } = codesOf(integerBinaryNames);
export const compareCode = codesOf(compareNames);
export const reduceCode = codesOf(reduceNames);
