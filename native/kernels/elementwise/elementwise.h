// Elementwise operations by opcode. Each has a block kernel (strided_loop.h) per element type; params are the
// operation's constants in the order noted here. lib/calls/opcodes.ts lists the same names in the same order.
#pragma once

#include <cstdint>

#include "kernels/copy/copy.h"
#include "kernels/elementwise/strided_loop.h"
#include "simd/kernel.h"

// clang-format off

// y = op(x), float and double. clamp: low, high; leakyRelu: slope; softplus: beta, threshold; elu: alpha, scale; celu:
// alpha; hardshrink, softshrink: lambda; threshold: threshold, value.
#define LUTRA_UNARY_OPS(OP) \
  OP(neg) OP(abs) OP(sign) OP(square) OP(cube) OP(sqrt) OP(rsqrt) OP(reciprocal) OP(floor) OP(ceil) OP(round) \
  OP(trunc) OP(exp) OP(expm1) OP(log) OP(log1p) OP(log2) OP(log10) OP(sin) OP(cos) OP(tan) OP(asin) OP(acos) \
  OP(atan) OP(sinh) OP(cosh) OP(tanh) OP(sigmoid) OP(erf) OP(relu) OP(leakyRelu) OP(gelu) OP(geluTanh) OP(silu) \
  OP(softplus) OP(elu) OP(logSigmoid) OP(mish) OP(clamp) OP(celu) OP(hardshrink) OP(softshrink) \
  OP(hardsigmoid) OP(hardswish) OP(softsign) OP(tanhshrink) OP(threshold) OP(lgamma)

// y = op(a, b), float and double. add and sub: alpha, the factor of b. The backwards take (grad, saved), where saved is
// what PyTorch saves: the output for sqrt, rsqrt, reciprocal, expm1, tan, tanh, sigmoid and relu, else the input.
#define LUTRA_BINARY_OPS(OP) \
  OP(add) OP(sub) OP(mul) OP(div) OP(pow) OP(maximum) OP(minimum) OP(fmod) OP(remainder) OP(floorDivide) \
  OP(absBackward) OP(squareBackward) OP(cubeBackward) OP(sqrtBackward) OP(rsqrtBackward) OP(reciprocalBackward) \
  OP(expm1Backward) OP(log1pBackward) OP(log2Backward) OP(log10Backward) OP(sinBackward) OP(cosBackward) \
  OP(tanBackward) OP(asinBackward) OP(acosBackward) OP(atanBackward) OP(sinhBackward) OP(coshBackward) \
  OP(tanhBackward) OP(sigmoidBackward) OP(erfBackward) OP(reluBackward) OP(leakyReluBackward) OP(geluBackward) \
  OP(geluTanhBackward) OP(siluBackward) OP(softplusBackward) OP(eluBackward) OP(logSigmoidBackward) \
  OP(mishBackward) OP(clampBackward) OP(hardtanhBackward) OP(powScalarBackward) OP(celuBackward) OP(shrinkBackward) \
  OP(hardsigmoidBackward) OP(hardswishBackward) OP(softsignBackward) OP(tanhshrinkBackward) OP(thresholdBackward) \
  OP(glu) OP(prelu) OP(preluWeightBackward) OP(atan2)

// y = op(a, b, c), float and double. clampBetween: a, at least b and then at most c; the passes: a where b > c (or b >= c),
// else 0. addcmul and addcdiv: the factor of the second term; lerp: c is the weight. The
// backwards take (grad, a, b) and give the gradient of a (pow: of the base, powExponentBackward of the exponent,
// gluGateBackward of b).
#define LUTRA_TERNARY_OPS(OP) \
  OP(addcmul) OP(addcdiv) OP(lerp) OP(maximumBackward) OP(minimumBackward) OP(powBackward) OP(powExponentBackward) \
  OP(divOtherBackward) OP(preluBackward) OP(gluGateBackward) OP(clampBetween) OP(passWhereGreater) \
  OP(passWhereAtLeast)

// y = op(x) and y = op(a, b), int32 and uint8. Overflow wraps; floorDivide, fmod and remainder need b != 0
// (they give 0).
#define LUTRA_INTEGER_UNARY_OPS(OP) \
  OP(neg) OP(abs) OP(sign) OP(square) OP(relu) OP(clamp) OP(bitwiseNot)
#define LUTRA_INTEGER_BINARY_OPS(OP) \
  OP(add) OP(sub) OP(mul) OP(pow) OP(maximum) OP(minimum) OP(fmod) OP(remainder) OP(floorDivide) OP(bitwiseAnd) \
  OP(bitwiseOr) OP(bitwiseXor)

// y = op(a, b) as bool, for float, double, int32 and uint8.
#define LUTRA_COMPARE_OPS(OP) \
  OP(eq) OP(ne) OP(lt) OP(le) OP(gt) OP(ge) OP(logicalAnd) OP(logicalOr) OP(logicalXor)

// clang-format on

namespace lutra {

#define LUTRA_ENUMERATOR(name) name,
enum class UnaryOp : int { LUTRA_UNARY_OPS(LUTRA_ENUMERATOR) count };
enum class BinaryOp : int { LUTRA_BINARY_OPS(LUTRA_ENUMERATOR) count };
enum class TernaryOp : int { LUTRA_TERNARY_OPS(LUTRA_ENUMERATOR) count };
enum class IntegerUnaryOp : int { LUTRA_INTEGER_UNARY_OPS(LUTRA_ENUMERATOR) count };
enum class IntegerBinaryOp : int { LUTRA_INTEGER_BINARY_OPS(LUTRA_ENUMERATOR) count };
enum class CompareOp : int { LUTRA_COMPARE_OPS(LUTRA_ENUMERATOR) count };
#undef LUTRA_ENUMERATOR

// The kernels for float and double (integer kernels: int32_t and uint8_t; compareKernel: all four).
LUTRA_KERNEL(unaryKernel, BlockKernel(UnaryOp op));
LUTRA_KERNEL(binaryKernel, BlockKernel(BinaryOp op));
LUTRA_KERNEL(ternaryKernel, BlockKernel(TernaryOp op));
LUTRA_KERNEL(integerUnaryKernel, BlockKernel(IntegerUnaryOp op));
LUTRA_KERNEL(integerBinaryKernel, BlockKernel(IntegerBinaryOp op));
LUTRA_KERNEL(compareKernel, BlockKernel(CompareOp op));

/** out = mask ? a : b, for elements of 1, 2, 4 or 8 bytes; inputs are the mask (uint8), a and b. */
BlockKernel whereKernel(int elementSize);
/** out = x * mask * params[0]: dropout and its backward; inputs are x (float or double) and the mask (uint8). */
LUTRA_KERNEL(maskScaleKernel, BlockKernel());

/** The elements that are worth another thread: kCheapGrain for cheap operations, this for those that cost like exp. */
constexpr int64_t kCostlyGrain = 4096;
int64_t grainOf(UnaryOp op);
int64_t grainOf(BinaryOp op);
int64_t grainOf(TernaryOp op);

}  // namespace lutra
