#include "kernels/recurrent/units.inl.h"

// What happens to the sums of a few rows in one step. `Relu`: relu instead of tanh.
namespace lutra::LUTRA_NS {

// The unit of an Elman network, for activateRows: one value, which becomes h_t.
template <class T, bool Relu>
struct RnnKind {
  using V = Vec<T>;
  struct Unit {
    V h;
  };
  static constexpr int kParts = 1;
  static constexpr bool kTailsTogether = !Relu;  // relu costs no more than the copying that they need

  template <class F>
  static LUTRA_INLINE void forParts(Unit& unit, F fn) {
    fn(0, unit.h);
  }

  static LUTRA_INLINE void activate(Unit& unit) {
    if constexpr (Relu) {
      unit.h = select(lt(unit.h, V::zero()), V::zero(), unit.h);  // NaN stays NaN
    } else {
      unit.h = tanh(unit.h);
    }
  }

  static LUTRA_INLINE Unit load(const RnnStep<T>& s, int64_t row, int64_t j, int n) {
    return {loadLanes(s.output + row * s.ldOutput + j, n)};
  }

  static LUTRA_INLINE void store(const RnnStep<T>& s, const Unit& unit, int64_t row, int64_t j, int n) {
    storeLanes(unit.h, s.output + row * s.ldOutput + j, n);
    storeLanes(unit.h, s.hidden + row * s.hiddenSize + j, n);
  }
};

template <class T, bool Relu>
void rnnStepForward(const RnnStep<T>& s) {
  activateRows<T, RnnKind<T, Relu>>(s);
}

template <class T, bool Relu>
LUTRA_INLINE void unitBackward(const RnnStepGradient<T>& s, int64_t row, int64_t j, int n) {
  using V = Vec<T>;
  const V h = loadLanes(s.output + row * s.ldOutput + j, n);
  V dh = loadLanes(s.dHidden + row * s.hiddenSize + j, n);
  if (s.dOutput != nullptr) dh = dh + loadLanes(s.dOutput + row * s.ldDOutput + j, n);
  if constexpr (Relu) {
    dh = select(le(h, V::zero()), V::zero(), dh);
  } else {
    dh = dh * fnma(h, h, V::set1(T(1)));
  }
  storeLanes(dh, s.dSums + row * s.ldSums + j, n);
}

template <class T, bool Relu>
void rnnStepBackward(const RnnStepGradient<T>& s) {
  for (int64_t row = 0; row < s.rows; row++) {
    forEachVector<T>(s.hiddenSize, [&](int64_t j, int n) { unitBackward<T, Relu>(s, row, j, n); });
  }
}

}  // namespace lutra::LUTRA_NS
