// Random generators, and the fills that draw from them.
//
// A generator is kept in a Uint8Array of JavaScript's between calls, and lives here during one: external objects would
// be freed by finalizers, which wait for the event loop, and 100,000 generators made in a synchronous loop held 280 MB.
#include "random/generator.h"

#include "binding/family.h"

namespace lutra::binding {

static uint8_t* generatorMemory(const Args& args) {
  return args.array<uint8_t>(0, "generator", 0, Generator::kMemoryBytes);
}

// Calls use(generator), and keeps what it has become; where it throws, the generator stays what it was.
template <class Use>
static void withGenerator(const Args& args, const Use& use) {
  uint8_t* const memory = generatorMemory(args);
  Generator generator(memory);
  use(generator);
  generator.keep(memory);
}

// A 64-bit seed that travels as two numbers.
static uint64_t seedArguments(const Args& args, size_t i) {
  const int64_t word = 0xffffffff;
  const uint64_t high = static_cast<uint64_t>(args.integer(i, "high", 0, word));
  return high << 32 | static_cast<uint64_t>(args.integer(i + 1, "low", 0, word));
}

static int64_t integerBound(const Args& args, size_t i, const char* name) {
  return args.integer(i, name, -(int64_t(1) << 53), int64_t(1) << 53);
}

// generatorSeed(generator, high, low): the memory needs not hold a generator yet.
static void generatorSeed(Args& args) { Generator(seedArguments(args, 1)).keep(generatorMemory(args)); }

// generatorInitialSeed(generator, out (2): high, low)
static void generatorInitialSeed(Args& args) {
  const uint64_t seed = Generator(generatorMemory(args)).initialSeed();
  uint32_t* const out = args.array<uint32_t>(1, "out", 0, 2);
  out[0] = static_cast<uint32_t>(seed >> 32);
  out[1] = static_cast<uint32_t>(seed);
}

// generatorDraw64(generator, out (2): high, low)
static void generatorDraw64(Args& args) {
  uint32_t* const out = args.array<uint32_t>(1, "out", 0, 2);
  withGenerator(args, [=](Generator& generator) {
    const uint64_t drawn = generator.random64();
    out[0] = static_cast<uint32_t>(drawn >> 32);
    out[1] = static_cast<uint32_t>(drawn);
  });
}

// generatorGetState(generator, out (kStateBytes))
static void generatorGetState(Args& args) {
  Generator(generatorMemory(args)).getState(args.array<uint8_t>(1, "out", 0, Generator::kStateBytes));
}

// generatorSetState(generator, state (kStateBytes))
static void generatorSetState(Args& args) {
  const uint8_t* const state = args.array<uint8_t>(1, "state", 0, Generator::kStateBytes);
  withGenerator(args, [=](Generator& generator) { generator.setState(state, Generator::kStateBytes); });
}

static int64_t entropySeed(Args&) { return nonDeterministicSeed(); }

// Calls fill(generator, out, n) with a pointer of the array's type, float or double.
template <class Fill>
static void fillFloats(Args& args, const Fill& fill) {
  const int64_t offset = args.integer(2, "offset");
  const int64_t n = args.integer(3, "n");
  args.withFloat(1, "out", [&](auto zero) {
    auto* const out = args.array<decltype(zero)>(1, "out", offset, n);
    withGenerator(args, [&](Generator& generator) { fill(generator, out, n); });
  });
}

// Calls fill(generator, out, n) with a pointer of the array's type: float, double, int32_t or uint8_t.
template <class Fill>
static void fillNumbers(Args& args, const Fill& fill) {
  const napi_typedarray_type type = args.span(1, "out").type;
  if (type != napi_int32_array && type != napi_uint8_array) return fillFloats(args, fill);
  const int64_t offset = args.integer(2, "offset");
  const int64_t n = args.integer(3, "n");
  if (type == napi_int32_array) {
    int32_t* const out = args.array<int32_t>(1, "out", offset, n);
    withGenerator(args, [&](Generator& generator) { fill(generator, out, n); });
  } else {
    uint8_t* const out = args.array<uint8_t>(1, "out", offset, n);
    withGenerator(args, [&](Generator& generator) { fill(generator, out, n); });
  }
}

// uniform(generator, out, offset, n, from, to)
static void uniform(Args& args) {
  const double from = args.number(4, "from");
  const double to = args.number(5, "to");
  return fillFloats(args, [=](Generator& g, auto* out, int64_t n) { fillUniform(g, out, n, from, to); });
}

// normal(generator, out, offset, n, mean, std)
static void normal(Args& args) {
  const double mean = args.number(4, "mean");
  const double std = args.number(5, "std");
  return fillFloats(args, [=](Generator& g, auto* out, int64_t n) { fillNormal(g, out, n, mean, std); });
}

// exponential(generator, out, offset, n, lambda)
static void exponential(Args& args) {
  const double lambda = args.number(4, "lambda");
  return fillFloats(args, [=](Generator& g, auto* out, int64_t n) { fillExponential(g, out, n, lambda); });
}

// truncNormal(generator, out, offset, n, mean, std, a, b)
static void truncNormal(Args& args) {
  const double mean = args.number(4, "mean");
  const double std = args.number(5, "std");
  const double a = args.number(6, "a");
  const double b = args.number(7, "b");
  return fillFloats(args, [=](Generator& g, auto* out, int64_t n) { fillTruncNormal(g, out, n, mean, std, a, b); });
}

// bernoulli(generator, out, offset, n, p)
static void bernoulli(Args& args) {
  const double p = args.number(4, "p");
  return fillNumbers(args, [=](Generator& g, auto* out, int64_t n) { fillBernoulli(g, out, n, p); });
}

// bernoulliFrom(generator, out, offset, n, p (n), pOffset)
static void bernoulliFrom(Args& args) {
  const int64_t pOffset = args.integer(5, "pOffset");
  const int64_t count = args.integer(3, "n");
  if (args.isDouble(4, "p")) {
    const double* const p = args.array<double>(4, "p", pOffset, count);
    return fillNumbers(args, [=](Generator& g, auto* out, int64_t n) { fillBernoulli(g, out, p, n); });
  }
  const float* const p = args.array<float>(4, "p", pOffset, count);
  return fillNumbers(args, [=](Generator& g, auto* out, int64_t n) { fillBernoulli(g, out, p, n); });
}

// randint(generator, out, offset, n, low, high)
static void randint(Args& args) {
  const int64_t low = integerBound(args, 4, "low");
  const int64_t high = integerBound(args, 5, "high");
  return fillNumbers(args, [=](Generator& g, auto* out, int64_t n) { fillRandint(g, out, n, low, high); });
}

// randomFull(generator, out, offset, n): the dtype's whole range
static void randomFull(Args& args) {
  return fillNumbers(args, [](Generator& g, auto* out, int64_t n) { fillRandom(g, out, n); });
}

// randomBool(generator, out, offset, n)
static void randomBool(Args& args) {
  const int64_t offset = args.integer(2, "offset");
  const int64_t n = args.integer(3, "n");
  uint8_t* const out = args.array<uint8_t>(1, "out", offset, n);
  withGenerator(args, [=](Generator& generator) { fillRandomBool(generator, out, n); });
}

// randperm(generator, out, offset, n)
static void randperm(Args& args) {
  return fillNumbers(args, [](Generator& g, auto* out, int64_t n) { fillRandperm(g, out, n); });
}

// multinomialDraw(generator, out (rows, samples), weights (rows, categories), offset, rows, categories, samples,
// replacement)
static void multinomialDraw(Args& args) {
  const int64_t offset = args.integer(3, "offset");
  const int64_t rows = args.integer(4, "rows", 0, int64_t(1) << 31);
  const int64_t categories = args.integer(5, "categories", 1, 1 << 24);
  const int64_t samples = args.integer(6, "samples", 1, int64_t(1) << 31);
  const bool replacement = args.flag(7, "replacement");
  int32_t* const out = args.array<int32_t>(1, "out", 0, rows * samples);
  const int64_t count = rows * categories;
  args.withFloat(2, "weights", [&](auto zero) {
    const auto* const weights = args.array<decltype(zero)>(2, "weights", offset, count);
    withGenerator(args, [&](Generator& generator) {
      multinomial(generator, out, weights, rows, categories, samples, replacement);
    });
  });
}

static const Family family([](Napi::Object exports) {
  define<generatorSeed>(exports, "generatorSeed");
  define<generatorInitialSeed>(exports, "generatorInitialSeed");
  define<generatorDraw64>(exports, "generatorDraw64");
  define<generatorGetState>(exports, "generatorGetState");
  define<generatorSetState>(exports, "generatorSetState");
  define<entropySeed>(exports, "entropySeed");
  define<uniform>(exports, "uniform");
  define<normal>(exports, "normal");
  define<exponential>(exports, "exponential");
  define<truncNormal>(exports, "truncNormal");
  define<bernoulli>(exports, "bernoulli");
  define<bernoulliFrom>(exports, "bernoulliFrom");
  define<randint>(exports, "randint");
  define<randomFull>(exports, "randomFull");
  define<randomBool>(exports, "randomBool");
  define<randperm>(exports, "randperm");
  define<multinomialDraw>(exports, "multinomial");
});

}  // namespace lutra::binding
