#include "kernels/recurrent/lstm_cell.inl.h"
#include "kernels/recurrent/units.inl.h"

// What happens to the gates of a few rows in one step.
namespace lutra::LUTRA_NS {

// The unit of an LSTM, for activateRows.
template <class T>
struct LstmKind {
  using V = Vec<T>;
  using Unit = Cell<T>;
  static constexpr int kParts = 6;
  static constexpr bool kTailsTogether = true;

  template <class F>
  static LUTRA_INLINE void forParts(Unit& cell, F fn) {
    fn(0, cell.in), fn(1, cell.forget), fn(2, cell.candidate), fn(3, cell.out), fn(4, cell.c), fn(5, cell.h);
  }

  static LUTRA_INLINE void activate(Unit& cell) { LUTRA_NS::activate(cell); }

  static LUTRA_INLINE Unit load(const LstmStep<T>& s, int64_t row, int64_t j, int n) {
    const int64_t H = s.hiddenSize;
    const auto load = [n](const T* p) { return loadLanes(p, n); };
    const T* const gates = s.gates + row * s.ldGates + j;
    return {load(gates), load(gates + H), load(gates + 2 * H), load(gates + 3 * H), load(s.cell + row * H + j),
            V::zero(),   V::zero()};
  }

  static LUTRA_INLINE void store(const LstmStep<T>& s, const Unit& cell, int64_t row, int64_t j, int n) {
    const int64_t H = s.hiddenSize;
    const auto store = [n](V v, T* p) { storeLanes(v, p, n); };
    store(cell.c, s.cell + row * H + j);
    store(cell.h, s.hidden + row * s.ldHidden + j);
    if (s.output != nullptr) store(cell.h, s.output + row * s.ldOutput + j);
    if (s.cells == nullptr) return;
    T* const gates = s.gates + row * s.ldGates + j;
    store(cell.in, gates);
    store(cell.forget, gates + H);
    store(cell.candidate, gates + 2 * H);
    store(cell.out, gates + 3 * H);
    store(cell.c, s.cells + row * s.ldCells + j);
  }
};

template <class T>
void lstmStepForward(const LstmStep<T>& s) {
  activateRows<T, LstmKind<T>>(s);
}

template <class T>
LUTRA_INLINE void stepBackward(const LstmStepGradient<T>& s, int64_t row, int64_t j, int n) {
  using V = Vec<T>;
  const int64_t H = s.hiddenSize;
  const auto load = [n](const T* p) { return loadLanes(p, n); };
  const auto store = [n](V v, T* p) { storeLanes(v, p, n); };
  const T* const gates = s.gates + row * s.ldGates + j;
  const V in = load(gates), forget = load(gates + H), candidate = load(gates + 2 * H), out = load(gates + 3 * H);
  const V squashed = tanh(load(s.cells + row * s.ldCells + j));
  const V before = s.before == nullptr ? V::zero() : load(s.before + row * s.ldBefore + j);
  V dh = load(s.dHidden + row * s.ldHidden + j);
  if (s.dOutput != nullptr) dh = dh + load(s.dOutput + row * s.ldOutput + j);
  T* const dCell = s.dCell + row * H + j;
  const CellGradient<T> d = cellGradient<T>(in, forget, candidate, out, squashed, before, dh, load(dCell));
  store(d.c, dCell);
  T* const dGates = s.dGates + row * s.ldGates + j;
  store(d.in, dGates);
  store(d.forget, dGates + H);
  store(d.candidate, dGates + 2 * H);
  store(d.out, dGates + 3 * H);
  if (s.full != nullptr) store(out * squashed, s.full + row * s.ldFull + j);
}

template <class T>
void lstmStepBackward(const LstmStepGradient<T>& s) {
  for (int64_t row = 0; row < s.rows; row++) {
    forEachVector<T>(s.hiddenSize, [&](int64_t j, int n) { stepBackward(s, row, j, n); });
  }
}

}  // namespace lutra::LUTRA_NS
