// CPU information and the number of threads.
#include "binding/families.h"
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

static void setString(napi_env env, napi_value object, const char* key, const char* text) {
  napi_value value = nullptr;
  napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value);
  napi_set_named_property(env, object, key, value);
}

static napi_value cpuInfo(Args& args) {
  napi_env env = args.env();
  napi_value result = nullptr;
  napi_value available = nullptr;
  napi_create_object(env, &result);
  napi_create_array(env, &available);
  uint32_t n = 0;
  for (const Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512, Isa::neon}) {
    if (!isaAvailable(isa)) continue;
    napi_value name = nullptr;
    napi_create_string_utf8(env, isaName(isa), NAPI_AUTO_LENGTH, &name);
    napi_set_element(env, available, n++, name);
  }
  setString(env, result, "isa", isaName(activeIsa()));
  napi_set_named_property(env, result, "available", available);
  napi_set_named_property(env, result, "threads", args.number(numThreads()));
  setString(env, result, "compiler", kCompiler);
  return result;
}

static napi_value setThreads(Args& args) {
  setNumThreads(static_cast<int>(args.integer(0, "n", 1, 1024)));
  return nullptr;
}

static napi_value getThreads(Args& args) { return args.number(numThreads()); }

// Chooses the instruction set by its code (0 scalar, 1 avx2, 2 avx512, 3 neon); for tests.
static napi_value forceIsa(Args& args) {
  const Isa isa = static_cast<Isa>(args.integer(0, "isa", 0, 3));
  if (!setIsa(isa)) args.fail(ErrorKind::range, std::string("this CPU has no ") + isaName(isa));
  return nullptr;
}

void registerRuntime(Exports& exports) {
  exports.add<cpuInfo>("cpuInfo");
  exports.add<setThreads>("setNumThreads");
  exports.add<getThreads>("getNumThreads");
  exports.add<forceIsa>("forceIsa");
}

}  // namespace lutra::binding
