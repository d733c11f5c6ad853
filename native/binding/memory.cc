// What the result pool (lib/tensor/pool.ts) needs from native code: weak references that clear within a synchronous
// loop, and a request for huge pages.
#include "binding/family.h"
#include "binding/instance.h"
#include "memory/pages.h"

namespace lutra::binding {

namespace {

std::vector<Napi::Reference<Napi::Value>>& slots(const Args& args) {
  return args.env().GetInstanceData<Instance>()->weak;
}

// trackWeak(slot, array): remembers weakly that `slot` belongs to `array`.
void trackWeak(Args& args) {
  const int64_t slot = args.integer(0, "slot", 0, 1 << 24);
  args.span(1, "array");
  auto& all = slots(args);
  if (static_cast<size_t>(slot) >= all.size()) all.resize(slot + 1);
  if (!all[slot].IsEmpty()) args.fail(ErrorKind::range, "slot is taken");
  all[slot] = Napi::Weak(args.value(1));
}

// releaseWeak(slot): forgets a slot whose array is still alive.
void releaseWeak(Args& args) {
  const int64_t slot = args.integer(0, "slot", 0, 1 << 24);
  auto& all = slots(args);
  if (static_cast<size_t>(slot) < all.size()) all[slot].Reset();
}

// pollWeak(out) -> n: writes up to out.length slots whose arrays have been collected, and frees them.
int64_t pollWeak(Args& args) {
  const Span s = args.span(0, "out");
  int32_t* const out = args.array<int32_t>(0, "out", 0, s.length);
  auto& all = slots(args);
  int64_t found = 0;
  const Napi::HandleScope scope(args.env());
  for (size_t slot = 0; slot < all.size() && found < s.length; ++slot) {
    if (all[slot].IsEmpty() || !all[slot].Value().IsEmpty()) continue;
    all[slot].Reset();
    out[found++] = static_cast<int32_t>(slot);
  }
  return found;
}

// adviseHugePages(array): asks for huge pages under memory that is about to be touched for the first time.
void adviseHugePages(Args& args) {
  const Span s = args.span(0, "array");
  if (s.data != nullptr) requestHugePages(s.data, s.bytes());
}

// bytesToBoundary(array, boundary) -> from where the array begins to the next multiple of `boundary`, a power of two.
int64_t bytesToBoundary(Args& args) {
  const Span s = args.span(0, "array");
  const int64_t boundary = args.integer(1, "boundary", 1, 1 << 30);
  const auto begin = static_cast<int64_t>(reinterpret_cast<uintptr_t>(s.data));
  return -begin & (boundary - 1);
}

}  // namespace

static const Family family([](Napi::Object exports) {
  define<trackWeak>(exports, "trackWeak");
  define<releaseWeak>(exports, "releaseWeak");
  define<pollWeak>(exports, "pollWeak");
  define<adviseHugePages>(exports, "adviseHugePages");
  define<bytesToBoundary>(exports, "bytesToBoundary");
});

}  // namespace lutra::binding
