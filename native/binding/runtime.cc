// CPU information and the number of threads.
#include "binding/family.h"
#include "memory/caches.h"
#include "threads/thread_pool.h"
#include "simd/targets.h"

namespace lutra::binding {

#if defined(__clang__)
static const char* const kCompiler = "clang " __clang_version__;
#elif defined(__GNUC__)
static const char* const kCompiler = "gcc " __VERSION__;
#elif defined(_MSC_VER)
static const char* const kCompiler = "msvc";
#else
static const char* const kCompiler = "unknown";
#endif

static Napi::Value cpuInfo(Args& args) {
  const Napi::Env env = args.env();
  Napi::Array available = Napi::Array::New(env);
  uint32_t n = 0;
  for (const Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512, Isa::neon}) {
    if (isaAvailable(isa)) available.Set(n++, isaName(isa));
  }
  Napi::Object result = Napi::Object::New(env);
  result.Set("isa", isaName(activeIsa()));
  result.Set("available", available);
  result.Set("threads", numThreads());
  Napi::Object caches = Napi::Object::New(env);
  caches.Set("l1", static_cast<double>(cacheSizes().l1));
  caches.Set("l2", static_cast<double>(cacheSizes().l2));
  caches.Set("l3", static_cast<double>(cacheSizes().l3));
  result.Set("caches", caches);
  result.Set("compiler", kCompiler);
  return result;
}

static void setThreads(Args& args) { setNumThreads(static_cast<int>(args.integer(0, "n", 1, 1024))); }

static int getThreads(Args&) { return numThreads(); }

// Chooses the instruction set by its code (0 scalar, 1 avx2, 2 avx512, 3 neon); for tests.
static void forceIsa(Args& args) {
  const Isa isa = static_cast<Isa>(args.integer(0, "isa", 0, 3));
  if (!setIsa(isa)) throw args.error(ErrorKind::range, std::string("this CPU has no ") + isaName(isa));
}

static const Family family([](Napi::Object exports) {
  define<cpuInfo>(exports, "cpuInfo");
  define<setThreads>(exports, "setNumThreads");
  define<getThreads>(exports, "getNumThreads");
  define<forceIsa>(exports, "forceIsa");
});

}  // namespace lutra::binding
