// What this machine can do at most, measured in the same run as the workloads: multiply-adds from registers, and the
// bandwidth of reading, and of reading and writing, arrays far larger than the caches.
//
//   limits THREADS  ->  {"gflops": …, "readGBs": …, "updateGBs": …}
//
// Compiled by the bench with the flags of the instruction set that Lutra uses, so the compiler's vector types fit it.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#if defined(__AVX512F__)
constexpr int kLanes = 16;
#elif defined(__AVX2__)
constexpr int kLanes = 8;
#else
constexpr int kLanes = 4;
#endif
typedef float Lanes __attribute__((vector_size(kLanes * sizeof(float))));

static double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Ten independent chains hide the latency of a multiply-add on two pipes.
static float multiplyAdds(long iterations) {
  Lanes acc[10] = {};
  Lanes a = {}, b = {};
  // Chains that start alike would be merged by the compiler.
  for (int k = 0; k < 10; ++k) acc[k][0] = static_cast<float>(k);
  for (int i = 0; i < kLanes; ++i) {
    a[i] = 0.999f;
    b[i] = 0.001f;
  }
  for (long i = 0; i < iterations; ++i) {
    for (int k = 0; k < 10; ++k) acc[k] = acc[k] * a + b;
  }
  Lanes total = {};
  for (const Lanes& lanes : acc) total += lanes;
  float sum = 0;
  for (int i = 0; i < kLanes; ++i) sum += total[i];
  return sum;
}

template <class F>
static double best(int threads, F work) {
  double shortest = 1e30;
  for (int round = 0; round < 5; ++round) {
    std::vector<std::thread> others;
    const double start = now();
    for (int t = 1; t < threads; ++t) others.emplace_back([&work, t] { work(t); });
    work(0);
    for (std::thread& thread : others) thread.join();
    const double took = now() - start;
    if (took < shortest) shortest = took;
  }
  return shortest;
}

int main(int argc, char** argv) {
  const int threads = argc > 1 ? std::atoi(argv[1]) : 1;
  static volatile float sink;
  const long iterations = 20'000'000;
  const double flops = best(threads, [&](int) { sink = multiplyAdds(iterations); });

  const size_t n = size_t(64) << 20;  // floats: 256 MiB
  std::vector<float> data(n, 1.0f), other(n, 2.0f);
  const size_t part = n / threads;
  const double read = best(threads, [&](int t) {
    Lanes acc[8] = {};
    const float* p = data.data() + t * part;
    for (size_t i = 0; i + 8 * kLanes <= part; i += 8 * kLanes) {
      for (int k = 0; k < 8; ++k) {
        Lanes lanes;
        __builtin_memcpy(&lanes, p + i + k * kLanes, sizeof(lanes));
        acc[k] += lanes;
      }
    }
    float sum = 0;
    for (const Lanes& lanes : acc) sum += lanes[0];
    sink = sum;
  });
  const double update = best(threads, [&](int t) {
    float* p = data.data() + t * part;
    const float* q = other.data() + t * part;
    for (size_t i = 0; i < part; ++i) p[i] -= 0.001f * q[i];
  });
  std::printf("{\"gflops\": %.1f, \"readGBs\": %.1f, \"updateGBs\": %.1f}\n",
              2.0 * 10 * kLanes * iterations * threads / flops / 1e9, n * 4.0 / read / 1e9, n * 12.0 / update / 1e9);
  return 0;
}
