// A kernel's signature, written once. Its header declares it with its element type as T,
//
//   /** out = exp(x - max) / sum(exp(x - max)) */
//   LUTRA_KERNEL(softmax, void(T* out, const T* x, int64_t outer, int64_t dim, int64_t inner));
//
// and everybody calls softmax<T>(out, x, outer, dim, inner). Its .cc, which includes foreach_target.h, says which
// function of the active instruction set's namespace it is and for which types there is one:
//
//   LUTRA_FLOAT_KERNEL(softmax, softmax<T>)
//
// A function whose parameters are not those of the declaration does not compile there.
#pragma once

#include <utility>

#include "simd/targets.h"

namespace lutra {

template <class Kernel, class Signature>
struct KernelCall;

template <class Kernel, class Result, class... Parameters>
struct KernelCall<Kernel, Result(Parameters...)> {
  Result operator()(Parameters... parameters) const {
    return Kernel::chosen()(std::forward<Parameters>(parameters)...);
  }
};

}  // namespace lutra

// name##Kernel<T>::chosen() is the function that runs on the active instruction set.
#define LUTRA_KERNEL(name, ...)                                             \
  template <class T>                                                        \
  struct name##Kernel : ::lutra::KernelCall<name##Kernel<T>, __VA_ARGS__> { \
    using Signature = __VA_ARGS__;                                          \
    static Signature* chosen();                                             \
  };                                                                        \
  template <class T>                                                        \
  inline constexpr name##Kernel<T> name {}

// The function behind a kernel, an expression in T: for the types that follow as `template struct name##Kernel<type>;`.
#define LUTRA_DEFINE_KERNEL(name, ...)         \
  template <class T>                           \
  auto name##Kernel<T>::chosen()->Signature* { \
    return __VA_ARGS__;                        \
  }

// For float and double: one function for every instruction set, or one for each of them.
#define LUTRA_PLAIN_FLOAT_KERNEL(name, ...) \
  LUTRA_DEFINE_KERNEL(name, &__VA_ARGS__)   \
  template struct name##Kernel<float>;      \
  template struct name##Kernel<double>;
#define LUTRA_FLOAT_KERNEL(name, ...)                    \
  LUTRA_DEFINE_KERNEL(name, LUTRA_DISPATCH(__VA_ARGS__)) \
  template struct name##Kernel<float>;                   \
  template struct name##Kernel<double>;
