#include "kernels/recurrent/lstm_cell.inl.h"

// The cell: what happens to the gates of a few rows in one step.
namespace lutra::LUTRA_NS {

template <class T>
LUTRA_INLINE Cell<T> loadCell(const LstmStep<T>& s, int64_t row, int64_t j, int n) {
  using V = Vec<T>;
  const int64_t H = s.hiddenSize;
  const T* const gates = s.gates + row * s.ldGates + j;
  const T* const cell = s.cell + row * H + j;
  return {loadLanes(gates, n),
          loadLanes(gates + H, n),
          loadLanes(gates + 2 * H, n),
          loadLanes(gates + 3 * H, n),
          loadLanes(cell, n),
          V::zero(),
          V::zero()};
}

template <class T>
LUTRA_INLINE void storeCell(const LstmStep<T>& s, const Cell<T>& cell, int64_t row, int64_t j, int n) {
  using V = Vec<T>;
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

// What is left of several rows behind their last whole vector, `n` values of each from j on, as one vector: the
// activations are most of the work, and a vector that is mostly empty costs as much as a full one.
template <class T>
LUTRA_INLINE void stepTails(const LstmStep<T>& s, int64_t row, int rows, int64_t j, int n) {
  using V = Vec<T>;
  constexpr int kParts = 6;
  T parts[kParts][2 * V::W] = {};
  for (int r = 0; r < rows; r++) {
    const Cell<T> cell = loadCell(s, row + r, j, n);
    const V values[kParts - 1] = {cell.in, cell.forget, cell.candidate, cell.out, cell.c};
    for (int k = 0; k < kParts - 1; k++) values[k].store(parts[k] + r * n);
  }
  Cell<T> all = {V::load(parts[0]), V::load(parts[1]), V::load(parts[2]), V::load(parts[3]),
                 V::load(parts[4]), V::zero(),         V::zero()};
  activate(all);
  const V values[kParts] = {all.in, all.forget, all.candidate, all.out, all.c, all.h};
  for (int k = 0; k < kParts; k++) values[k].store(parts[k]);
  for (int r = 0; r < rows; r++) {
    const auto part = [&](int k) { return V::loadN(parts[k] + r * n, n); };
    storeCell(s, Cell<T>{part(0), part(1), part(2), part(3), part(4), V::zero(), part(5)}, row + r, j, n);
  }
}

template <class T>
void lstmStepForward(const LstmStep<T>& s) {
  constexpr int W = Vec<T>::W;
  const int64_t whole = s.hiddenSize / W * W;
  for (int64_t row = 0; row < s.rows; row++) {
    for (int64_t j = 0; j < whole; j += W) {
      Cell<T> cell = loadCell(s, row, j, W);
      activate(cell);
      storeCell(s, cell, row, j, W);
    }
  }
  if constexpr (W > 1) {
    const int tail = static_cast<int>(s.hiddenSize - whole);
    if (tail == 0) return;
    const int together = W / tail;
    for (int64_t row = 0; row < s.rows; row += together) {
      if (together > 1) {
        stepTails(s, row, static_cast<int>(std::min<int64_t>(together, s.rows - row)), whole, tail);
        continue;
      }
      Cell<T> cell = loadCell(s, row, whole, tail);
      activate(cell);
      storeCell(s, cell, row, whole, tail);
    }
  }
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
  constexpr int W = Vec<T>::W;
  for (int64_t row = 0; row < s.rows; row++) {
    int64_t j = 0;
    for (; j + W <= s.hiddenSize; j += W) stepBackward(s, row, j, W);
    if (j < s.hiddenSize) stepBackward(s, row, j, static_cast<int>(s.hiddenSize - j));
  }
}

}  // namespace lutra::LUTRA_NS
