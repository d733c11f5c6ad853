// What the result pool (lib/tensor/pool.ts) needs from native code: weak references that clear within a synchronous
// loop, and a request for huge pages.
#include <vector>

#include "binding/families.h"
#include "memory/pages.h"

namespace lutra::binding {

namespace {

// The weak references of one environment, by slot; null where a slot is free.
struct WeakSlots {
  std::vector<napi_ref> refs;
};

WeakSlots& slots(Args& args) {
  void* data = nullptr;
  if (napi_get_instance_data(args.env(), &data) != napi_ok || data == nullptr) {
    WeakSlots* const made = new WeakSlots;
    const auto free = [](napi_env, void* p, void*) { delete static_cast<WeakSlots*>(p); };
    if (napi_set_instance_data(args.env(), made, free, nullptr) != napi_ok) {
      delete made;
      args.fail(ErrorKind::type, "no instance data");
    }
    data = made;
  }
  return *static_cast<WeakSlots*>(data);
}

// trackWeak(slot, array): remembers weakly that `slot` belongs to `array`.
napi_value trackWeak(Args& args) {
  const int64_t slot = args.integer(0, "slot", 0, 1 << 24);
  args.span(1, "array");
  WeakSlots& all = slots(args);
  if (static_cast<size_t>(slot) >= all.refs.size()) all.refs.resize(slot + 1, nullptr);
  if (all.refs[slot] != nullptr) args.fail(ErrorKind::range, "slot is taken");
  napi_create_reference(args.env(), args.value(1), 0, &all.refs[slot]);
  return nullptr;
}

// releaseWeak(slot): forgets a slot whose array is still alive.
napi_value releaseWeak(Args& args) {
  const int64_t slot = args.integer(0, "slot", 0, 1 << 24);
  WeakSlots& all = slots(args);
  if (static_cast<size_t>(slot) < all.refs.size() && all.refs[slot] != nullptr) {
    napi_delete_reference(args.env(), all.refs[slot]);
    all.refs[slot] = nullptr;
  }
  return nullptr;
}

// pollWeak(out) -> n: writes up to out.length slots whose arrays have been collected, and frees them.
napi_value pollWeak(Args& args) {
  const Span s = args.span(0, "out");
  int32_t* const out = args.array<int32_t>(0, "out", 0, s.length);
  WeakSlots& all = slots(args);
  int64_t found = 0;
  napi_handle_scope scope = nullptr;
  napi_open_handle_scope(args.env(), &scope);
  for (size_t slot = 0; slot < all.refs.size() && found < s.length; ++slot) {
    if (all.refs[slot] == nullptr) continue;
    napi_value value = nullptr;
    if (napi_get_reference_value(args.env(), all.refs[slot], &value) == napi_ok && value != nullptr) continue;
    napi_delete_reference(args.env(), all.refs[slot]);
    all.refs[slot] = nullptr;
    out[found++] = static_cast<int32_t>(slot);
  }
  napi_close_handle_scope(args.env(), scope);
  return args.number(static_cast<double>(found));
}

// adviseHugePages(array): asks for huge pages under memory that is about to be touched for the first time.
napi_value adviseHugePages(Args& args) {
  const Span s = args.span(0, "array");
  static const int64_t bytes[] = {1, 1, 1, 2, 2, 4, 4, 4, 8, 8, 8};
  if (s.data != nullptr) requestHugePages(s.data, s.length * bytes[s.type]);
  return nullptr;
}

// bytesToBoundary(array, boundary) -> from where the array begins to the next multiple of `boundary`, a power of two.
napi_value bytesToBoundary(Args& args) {
  const Span s = args.span(0, "array");
  const int64_t boundary = args.integer(1, "boundary", 1, 1 << 30);
  const auto begin = static_cast<int64_t>(reinterpret_cast<uintptr_t>(s.data));
  return args.number(static_cast<double>(-begin & (boundary - 1)));
}

}  // namespace

void registerMemory(Exports& exports) {
  exports.add<trackWeak>("trackWeak");
  exports.add<releaseWeak>("releaseWeak");
  exports.add<pollWeak>("pollWeak");
  exports.add<adviseHugePages>("adviseHugePages");
  exports.add<bytesToBoundary>("bytesToBoundary");
}

}  // namespace lutra::binding
