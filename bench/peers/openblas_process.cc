// The matrix product in OpenBLAS: openblas_process M N K SECONDS WARM_UP prints samples in microseconds and a
// fingerprint, as the other peers do. Inputs are those of workloads/inputs.ts.
#include <cblas.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

// Some versions of cblas.h leave it out.
extern "C" char* openblas_get_corename(void);

static std::vector<float> floats(size_t n, uint32_t seed) {
  std::vector<float> out(n);
  for (size_t i = 0; i < n; ++i) {
    uint32_t x = static_cast<uint32_t>(i) * 0x9e3779b1u + seed * 0x85ebca6bu;
    x ^= x >> 15;
    x *= 0x2c1b3c6du;
    x ^= x >> 12;
    out[i] = static_cast<float>(x / 2147483648.0 - 1.0);
  }
  return out;
}

// Peak resident memory in bytes; 0 where there is no /proc.
static double peakMemory() {
  double kilobytes = 0;
  char line[256];
  if (FILE* status = std::fopen("/proc/self/status", "r")) {
    while (std::fgets(line, sizeof(line), status)) std::sscanf(line, "VmHWM: %lf", &kilobytes);
    std::fclose(status);
  }
  return kilobytes * 1024;
}

static double now() {
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

int main(int argc, char** argv) {
  if (argc != 6) return 2;
  const int M = std::atoi(argv[1]), N = std::atoi(argv[2]), K = std::atoi(argv[3]);
  const double seconds = std::atof(argv[4]), warmUp = std::atof(argv[5]);
  std::vector<std::vector<float>> lefts;
  for (uint32_t seed = 1; seed <= 16; ++seed) lefts.push_back(floats(size_t(M) * K, seed));
  const std::vector<float> right = floats(size_t(K) * N, 99);
  std::vector<float> out(size_t(M) * N);
  size_t next = 0;
  const auto run = [&] {
    const float* a = lefts[next++ % 16].data();
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, M, N, K, 1.0f, a, K, right.data(), N, 0.0f, out.data(), N);
  };
  run();
  double sum = 0, magnitude = 0;
  for (const float x : out) {
    sum += x;
    magnitude += std::fabs(x);
  }
  std::printf("{\"fingerprint\": [%zu, %.9g, %.9g", out.size(), sum, magnitude);
  for (size_t k = 0; k < 4; ++k) std::printf(", %.9g", out[k * (out.size() - 1) / 3]);
  const double warm = now() + warmUp * 1e6;
  while (now() < warm) run();
  std::printf("], \"rss\": %.0f, \"kernels\": \"%s\", \"samples\": [", peakMemory(), openblas_get_corename());
  const double until = now() + seconds * 1e6;
  for (int i = 0; i < 3 || (now() < until && i < 20000); ++i) {
    const double start = now();
    run();
    std::printf("%s%.3f", i == 0 ? "" : ", ", now() - start);
  }
  std::printf("]}\n");
  return 0;
}
