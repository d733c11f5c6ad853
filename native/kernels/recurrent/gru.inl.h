#include "kernels/recurrent/units.inl.h"

// The unit: what happens to the sums of a few rows in one step.
namespace lutra::LUTRA_NS {

template <class T>
struct GruUnit {
  Vec<T> reset, update, candidate, inner, hidden;  // r, z, n, W_hn h + b_hn, h
};

// The unit of GRU, for activateRows.
template <class T>
struct GruKind {
  using V = Vec<T>;
  using Unit = GruUnit<T>;
  static constexpr int kParts = 5;
  static constexpr bool kTailsTogether = true;

  template <class F>
  static LUTRA_INLINE void forParts(Unit& unit, F fn) {
    fn(0, unit.reset), fn(1, unit.update), fn(2, unit.candidate), fn(3, unit.inner), fn(4, unit.hidden);
  }

  // The sums of r, z, n (the input's part alone) and W_hn h + b_hn, and h_{t-1} become activations and h_t.
  static LUTRA_INLINE void activate(Unit& unit) {
    unit.reset = gateSigmoid(unit.reset);
    unit.update = gateSigmoid(unit.update);
    unit.candidate = tanh(fma(unit.reset, unit.inner, unit.candidate));
    unit.hidden = fma(unit.update, unit.hidden - unit.candidate, unit.candidate);
  }

  static LUTRA_INLINE Unit load(const GruStep<T>& s, int64_t row, int64_t j, int n) {
    const int64_t H = s.hiddenSize;
    const auto load = [n](const T* p) { return loadLanes(p, n); };
    const T* const gates = s.gates + row * s.ldGates + j;
    Unit unit = {load(gates), load(gates + H), load(gates + 2 * H), V::zero(), load(s.hidden + row * H + j)};
    if (s.sums != nullptr) {
      const T* const sums = s.sums + row * s.ldSums + j;
      unit.reset = unit.reset + load(sums);
      unit.update = unit.update + load(sums + H);
      unit.inner = load(sums + 2 * H);
    }
    return unit;
  }

  static LUTRA_INLINE void store(const GruStep<T>& s, const Unit& unit, int64_t row, int64_t j, int n) {
    const int64_t H = s.hiddenSize;
    const auto store = [n](V v, T* p) { storeLanes(v, p, n); };
    store(unit.hidden, s.hidden + row * H + j);
    store(unit.hidden, s.output + row * s.ldOutput + j);
    if (!s.keep) return;
    T* const gates = s.gates + row * s.ldGates + j;
    store(unit.reset, gates);
    store(unit.update, gates + H);
    store(unit.candidate, gates + 2 * H);
    store(unit.inner, gates + 3 * H);
  }
};

template <class T>
void gruStepForward(const GruStep<T>& s) {
  activateRows<T, GruKind<T>>(s);
}

template <class T>
LUTRA_INLINE void unitBackward(const GruStepGradient<T>& s, int64_t row, int64_t j, int n) {
  using V = Vec<T>;
  const int64_t H = s.hiddenSize;
  const auto load = [n](const T* p) { return loadLanes(p, n); };
  const auto store = [n](V v, T* p) { storeLanes(v, p, n); };
  const V one = V::set1(T(1));
  const T* const gates = s.gates + row * s.ldGates + j;
  const V reset = load(gates), update = load(gates + H), candidate = load(gates + 2 * H), inner = load(gates + 3 * H);
  const V before = s.before == nullptr ? V::zero() : load(s.before + row * s.ldBefore + j);
  T* const dHidden = s.dHidden + row * H + j;
  V dh = load(dHidden);
  if (s.dOutput != nullptr) dh = dh + load(s.dOutput + row * s.ldOutput + j);
  const V dCandidate = dh * (one - update) * fnma(candidate, candidate, one);
  T* const dGates = s.dGates + row * s.ldGates + j;
  store(dCandidate * reset, dGates);
  store(dCandidate * inner * reset * (one - reset), dGates + H);
  store(dh * (before - candidate) * update * (one - update), dGates + 2 * H);
  store(dCandidate, dGates + 3 * H);
  store(dh * update, dHidden);
}

template <class T>
void gruStepBackward(const GruStepGradient<T>& s) {
  for (int64_t row = 0; row < s.rows; row++) {
    forEachVector<T>(s.hiddenSize, [&](int64_t j, int n) { unitBackward(s, row, j, n); });
  }
}

}  // namespace lutra::LUTRA_NS
