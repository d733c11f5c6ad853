// Files in memory, as ArrayBuffers that are unmapped when they are collected.
#include "memory/mapping.h"

#include <cstring>
#include <memory>

#include "binding/family.h"

namespace lutra::binding {

namespace {

// mapFile(path, begin, length) -> ArrayBuffer; the system's error number where it can't be mapped, -1 where the file is
// too short
Napi::Value map(Args& args) {
  if (!args.value(0).IsString()) args.fail(ErrorKind::type, "argument 'path' must be a string");
  const std::string path = args.value(0).As<Napi::String>().Utf8Value();
  const int64_t begin = args.integer(1, "begin");
  const int64_t length = args.integer(2, "length", 1);
  if (!canMapFiles()) args.fail(ErrorKind::range, "files can't be mapped on this system");
  auto mapping = std::make_unique<Mapping>();
  const int error = mapFile(path.c_str(), begin, length, mapping.get());
  if (error != 0) return Napi::Number::New(args.env(), error);
  Mapping* const held = mapping.release();
  const auto unmap = [](Napi::Env, void*, Mapping* gone) {
    unmapFile(*gone);
    delete gone;
  };
  return Napi::ArrayBuffer::New(args.env(), held->data, static_cast<size_t>(length), unmap, held);
}

}  // namespace

static const Family family([](Napi::Object exports) { define<map>(exports, "mapFile"); });

}  // namespace lutra::binding
