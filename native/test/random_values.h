// Random inputs of kernel tests. Each test program seeds the generator at its start.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace lutra::test {

inline std::mt19937 generator;

/** n values, normally distributed. */
template <class T>
std::vector<T> randomValues(int64_t n, double mean = 0) {
  std::normal_distribution<double> normal(mean, 1);
  std::vector<T> v(static_cast<size_t>(n));
  for (T& x : v) x = static_cast<T>(normal(generator));
  return v;
}

}  // namespace lutra::test
