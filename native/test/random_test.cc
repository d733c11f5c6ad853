// Compares the generator and every fill with what PyTorch gave (random_cases.h), bit for bit where both use glibc.

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "random/generator.h"
#include "threads/thread_pool.h"
#include "simd/targets.h"
#include "test/check.h"
#include "test/random_cases.h"

using namespace lutra;
using lutra::test::kRandomCalls;
using lutra::test::kRandomSequences;
using lutra::test::RandomCall;
using lutra::test::RandomSequence;

namespace {

uint32_t fnv1a(const void* data, size_t bytes) {
  uint32_t value = 0x811c9dc5u;
  const uint8_t* const at = static_cast<const uint8_t*>(data);
  for (size_t i = 0; i < bytes; i++) value = (value ^ at[i]) * 0x01000193u;
  return value;
}

uint32_t stateHash(const Generator& generator) {
  uint8_t state[Generator::kStateBytes];
  generator.getState(state);
  return fnv1a(state, sizeof(state));
}

template <class P>
std::vector<P> bernoulliProbabilities(int64_t n) {
  std::vector<P> p(static_cast<size_t>(n));
  for (size_t i = 0; i < p.size(); i++) p[i] = static_cast<P>(static_cast<double>(i % 11) / 10);
  return p;
}

/** Runs the ops that every dtype has; whether `op` is one of them. */
template <class T>
bool runDiscrete(Generator& g, const std::string& op, T* out, int64_t n, const double* args) {
  if (op == "bernoulli") {
    fillBernoulli(g, out, n, args[0]);
  } else if (op == "bernoulliFloat") {
    fillBernoulli(g, out, bernoulliProbabilities<float>(n).data(), n);
  } else if (op == "bernoulliDouble") {
    fillBernoulli(g, out, bernoulliProbabilities<double>(n).data(), n);
  } else if (op == "randint") {
    fillRandint(g, out, n, static_cast<int64_t>(args[0]), static_cast<int64_t>(args[1]));
  } else if (op == "random") {
    fillRandom(g, out, n);
  } else if (op == "randperm") {
    fillRandperm(g, out, n);
  } else {
    return false;
  }
  return true;
}

template <class T>
bool runContinuous(Generator& g, const std::string& op, T* out, int64_t n, const double* args) {
  if (op == "uniform") {
    fillUniform(g, out, n, args[0], args[1]);
  } else if (op == "normal") {
    fillNormal(g, out, n, args[0], args[1]);
  } else if (op == "exponential") {
    fillExponential(g, out, n, args[0]);
  } else if (op == "truncNormal") {
    fillTruncNormal(g, out, n, args[0], args[1], args[2], args[3]);
  } else {
    return runDiscrete(g, op, out, n, args);
  }
  return true;
}

/** Compares values with the recorded ones. C libraries other than glibc may round log, sin and cos differently. */
template <class T>
bool agrees(const std::vector<T>& values, const RandomCall& call) {
#if defined(__GLIBC__)
  if (fnv1a(values.data(), values.size() * sizeof(T)) != call.hash) return false;
#endif
  const double tolerance = sizeof(T) == 4 ? 1e-6 : 1e-14;
  const auto near = [&](T value, double recorded) {
    return std::fabs(static_cast<double>(value) - recorded) <= tolerance * (1 + std::fabs(recorded));
  };
  const size_t n = values.size();
  for (size_t i = 0; i < std::min<size_t>(n, 4); i++) {
    if (!near(values[i], call.first[i])) return false;
  }
  const size_t last = std::min<size_t>(n, 2);
  for (size_t i = 0; i < last; i++) {
    if (!near(values[n - last + i], call.last[i])) return false;
  }
  return true;
}

template <class P>
bool checkMultinomial(Generator& g, const RandomCall& call) {
  const int64_t rows = static_cast<int64_t>(call.args[0]);
  const int64_t categories = static_cast<int64_t>(call.args[1]);
  std::vector<P> weights(static_cast<size_t>(rows * categories));
  for (size_t i = 0; i < weights.size(); i++) weights[i] = static_cast<P>((7 * i + 3) % 13);
  std::vector<int32_t> out(static_cast<size_t>(call.n));
  multinomial(g, out.data(), weights.data(), rows, categories, static_cast<int64_t>(call.args[2]), call.args[3] != 0);
  return agrees(out, call);
}

template <class T, class Run>
bool checkFill(Generator& g, const RandomCall& call, Run run) {
  std::vector<T> out(static_cast<size_t>(call.n), T{99});
  return run(g, call.op, out.data(), call.n, call.args) && agrees(out, call);
}

bool check(Generator& g, const RandomCall& call) {
  const std::string op = call.op;
  const std::string dtype = call.dtype;
  if (op == "multinomial")
    return dtype == "float32" ? checkMultinomial<float>(g, call) : checkMultinomial<double>(g, call);
  if (op == "randomBool") {
    return checkFill<uint8_t>(g, call, [](Generator& generator, const char*, uint8_t* out, int64_t n, const auto&) {
      fillRandomBool(generator, out, n);
      return true;
    });
  }
  if (dtype == "float32") return checkFill<float>(g, call, runContinuous<float>);
  if (dtype == "float64") return checkFill<double>(g, call, runContinuous<double>);
  if (dtype == "int32") return checkFill<int32_t>(g, call, runDiscrete<int32_t>);
  if (dtype == "int64") return checkFill<int64_t>(g, call, runDiscrete<int64_t>);
  return dtype == "uint8" && checkFill<uint8_t>(g, call, runDiscrete<uint8_t>);
}

void testSequences() {
  int done = 0;
  for (const RandomSequence& sequence : kRandomSequences) {
    CASE(sequence.seed);
    Generator generator(sequence.seed);
    CHECK(generator.initialSeed() == sequence.seed);
    for (int i = 0; i < sequence.calls; i++) {
      const RandomCall& call = kRandomCalls[done++];
      CASE(call.op, call.dtype, call.n);
      CHECK(check(generator, call));
    }
    CHECK(stateHash(generator) == sequence.state);
  }
  CHECK(done == static_cast<int>(sizeof(kRandomCalls) / sizeof(kRandomCalls[0])));
  CHECK(done > 500);
}

/** MT19937's own check: the 10,000th output after seed 5489 (ISO C++, [rand.predef]). */
void testEngine() {
  Generator generator(5489);
  for (int i = 0; i < 9999; i++) generator.random();
  CHECK(generator.random() == 4123659995u);
  Generator blockwise(5489);
  std::vector<uint32_t> draws(10000);
  for (int64_t at = 0, size = 1; at < 10000; at += size, size = size % 900 + 37) {
    blockwise.draw(draws.data() + at, std::min<int64_t>(size, 10000 - at));
  }
  CHECK(draws[9999] == 4123659995u);
  Generator wide(5489);
  CHECK(wide.random64() == (static_cast<uint64_t>(draws[0]) << 32 | draws[1]));
}

void testState() {
  for (int drawn : {0, 1, 623, 624, 625, 5000}) {
    CASE(drawn);
    Generator generator(3);
    for (int i = 0; i < drawn; i++) generator.random();
    float odd[3];
    fillNormal(generator, odd, 3, 0.0, 1.0);
    uint8_t state[Generator::kStateBytes];
    generator.getState(state);
    std::vector<double> expected(700);
    fillNormal(generator, expected.data(), 5, 0.0, 1.0);
    fillUniform(generator, expected.data() + 5, 695, 0.0, 1.0);
    Generator restored(99);
    restored.setState(state, sizeof(state));
    CHECK(restored.initialSeed() == 3);
    std::vector<double> again(700);
    fillNormal(restored, again.data(), 5, 0.0, 1.0);
    fillUniform(restored, again.data() + 5, 695, 0.0, 1.0);
    CHECK(again == expected);
  }
  uint8_t state[Generator::kStateBytes];
  Generator generator(1);
  generator.getState(state);
  CHECK_THROWS(generator.setState(state, sizeof(state) - 1), std::invalid_argument);
  state[8] = 0xff;  // left = 255 with next = 0 is no engine's state
  const uint32_t before = stateHash(generator);
  CHECK_THROWS(generator.setState(state, sizeof(state)), std::invalid_argument);
  CHECK(stateHash(generator) == before);
}

// A generator that is kept in memory between calls goes on as if it had never left, with a normal sample that waits
// too.
void testMemory() {
  for (const int64_t drawn : {0, 1, 5, 623, 624, 625, 1000}) {
    Generator whole(7), parts(7);
    uint8_t memory[Generator::kMemoryBytes];
    parts.keep(memory);
    float some[8], others[8];
    for (int64_t i = 0; i < drawn; i++) {
      Generator part(memory);
      CHECK(part.random() == whole.random());
      part.keep(memory);
    }
    for (int round = 0; round < 3; round++) {
      Generator part(memory);
      fillNormal(whole, some, 3, 0, 1);
      fillNormal(part, others, 3, 0, 1);
      CHECK(std::memcmp(some, others, 3 * sizeof(float)) == 0);
      part.keep(memory);
    }
    CHECK(Generator(memory).initialSeed() == 7);
    for (const size_t at : {size_t{2516}, size_t{2520}, size_t{2524}}) {
      uint8_t damaged[Generator::kMemoryBytes];
      std::memcpy(damaged, memory, sizeof damaged);
      std::memset(damaged + at, 0x7f, 4);
      CHECK_THROWS(Generator{damaged}, std::invalid_argument);
    }
  }
  uint8_t zeros[Generator::kMemoryBytes] = {};
  CHECK_THROWS(Generator{zeros}, std::invalid_argument);
}

/** The bits depend neither on the thread count nor on the instruction set, at sizes that take many blocks of draws. */
void testDeterminism() {
  constexpr int64_t n = 300001;
  const Isa best = activeIsa();
  std::vector<uint32_t> hashes;
  for (const Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512, Isa::neon}) {
    CASE(lutra::isaName(isa));
    if (!setIsa(isa)) continue;
    for (int threads : {1, 2, 8}) {
      CASE(threads);
      setNumThreads(threads);
      Generator generator(11);
      std::vector<float> values(n);
      std::vector<double> wide(n);
      std::vector<uint8_t> mask(n);
      uint32_t hash = 0;
      fillNormal(generator, values.data(), n, 0.1, 0.9);
      hash ^= fnv1a(values.data(), n * sizeof(float));
      fillUniform(generator, values.data(), n, -1.0, 3.0);
      hash = hash * 31 ^ fnv1a(values.data(), n * sizeof(float));
      fillNormal(generator, wide.data(), n, 0.1, 0.9);
      hash = hash * 31 ^ fnv1a(wide.data(), n * sizeof(double));
      fillBernoulli(generator, mask.data(), n, 0.3);
      hash = hash * 31 ^ fnv1a(mask.data(), n);
      hashes.push_back(hash * 31 ^ stateHash(generator));
    }
  }
  for (uint32_t hash : hashes) CHECK(hash == hashes[0]);
  CHECK(hashes.size() >= 3);
  setIsa(best);
}

void testArguments() {
  Generator generator(5);
  const uint32_t before = stateHash(generator);
  const double infinity = std::numeric_limits<double>::infinity();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  float out[32] = {};
  int32_t indices[32] = {};
  uint8_t bytes[32] = {};
  CHECK_THROWS(fillUniform(generator, out, 4, 1.0, 0.0), std::invalid_argument);
  CHECK_THROWS(fillUniform(generator, out, 4, 0.0, nan), std::invalid_argument);
  CHECK_THROWS(fillUniform(generator, out, 4, 0.0, 1e39), std::invalid_argument);
  CHECK_THROWS(fillUniform(generator, out, -1, 0.0, 1.0), std::invalid_argument);
  CHECK_THROWS(fillNormal(generator, out, 4, 0.0, -1.0), std::invalid_argument);
  CHECK_THROWS(fillNormal(generator, out, 4, 0.0, nan), std::invalid_argument);
  CHECK_THROWS(fillExponential(generator, out, 4, 0.0), std::invalid_argument);
  CHECK_THROWS(fillTruncNormal(generator, out, 4, 0.0, 0.0, -1.0, 1.0), std::invalid_argument);
  CHECK_THROWS(fillTruncNormal(generator, out, 4, 0.0, 1.0, 1.0, -1.0), std::invalid_argument);
  CHECK_THROWS(fillBernoulli(generator, out, 4, 1.5), std::invalid_argument);
  CHECK_THROWS(fillBernoulli(generator, out, 4, nan), std::invalid_argument);
  const float wrong[4] = {0.5f, 0.5f, -0.1f, 0.5f};
  CHECK_THROWS(fillBernoulli(generator, bytes, wrong, 4), std::invalid_argument);
  CHECK_THROWS(fillRandint(generator, indices, 4, 3, 3), std::invalid_argument);
  CHECK_THROWS(fillRandint(generator, indices, 4, 0, int64_t{1} << 32), std::invalid_argument);
  CHECK_THROWS(fillRandint(generator, bytes, 4, -1, 4), std::invalid_argument);
  CHECK_THROWS(fillRandperm(generator, bytes, 257), std::invalid_argument);
  CHECK_THROWS(multinomial(generator, indices, out, 1, 4, 1, true), std::invalid_argument);  // all zero
  const double weights[4] = {1, 0, 2, 0};
  CHECK_THROWS(multinomial(generator, indices, weights, 1, 4, 3, false), std::invalid_argument);
  CHECK_THROWS(multinomial(generator, indices, weights, 1, 4, 0, true), std::invalid_argument);
  const double infinite[2] = {1, infinity};
  CHECK_THROWS(multinomial(generator, indices, infinite, 1, 2, 1, true), std::invalid_argument);
  CHECK(stateHash(generator) == before);
  for (float value : out) CHECK(value == 0);
}

}  // namespace

int main() {
  testEngine();
  testSequences();
  testState();
  testMemory();
  testDeterminism();
  testArguments();
  return lutra::test::finish("random_test");
}
