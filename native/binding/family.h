// A family of functions of the addon: each file of the binding defines one, and module.cc finds them all.
#pragma once

#include "binding/call.h"

namespace lutra::binding {

// `const Family norm([](Napi::Object exports) { define<forward>(exports, "norm"); });` in a file adds its functions.
class Family {
 public:
  using Define = void (*)(Napi::Object exports);
  explicit Family(Define functions);
  // Adds the functions of every family to a module's exports.
  static void defineAll(Napi::Object exports);

 private:
  Define define_;
  const Family* next_;
  static const Family* first_;
};

}  // namespace lutra::binding
