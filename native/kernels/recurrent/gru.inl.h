// The unit: what happens to the sums of a few rows in one step.
namespace lutra::LUTRA_NS {

template <class T>
struct GruUnit {
  Vec<T> reset, update, candidate, inner, hidden;  // r, z, n, W_hn h + b_hn, h
};

// The sums of r, z, n (the input's part alone) and W_hn h + b_hn, and h_{t-1} become activations and h_t.
template <class T>
LUTRA_INLINE void activate(GruUnit<T>& unit) {
  unit.reset = gateSigmoid(unit.reset);
  unit.update = gateSigmoid(unit.update);
  unit.candidate = tanh(fma(unit.reset, unit.inner, unit.candidate));
  unit.hidden = fma(unit.update, unit.hidden - unit.candidate, unit.candidate);
}

template <class T>
LUTRA_INLINE GruUnit<T> loadUnit(const GruStep<T>& s, int64_t row, int64_t j, int n) {
  using V = Vec<T>;
  const int64_t H = s.hiddenSize;
  const auto load = [n](const T* p) { return loadLanes(p, n); };
  const T* const gates = s.gates + row * s.ldGates + j;
  GruUnit<T> unit = {load(gates), load(gates + H), load(gates + 2 * H), V::zero(), load(s.hidden + row * H + j)};
  if (s.sums != nullptr) {
    const T* const sums = s.sums + row * s.ldSums + j;
    unit.reset = unit.reset + load(sums);
    unit.update = unit.update + load(sums + H);
    unit.inner = load(sums + 2 * H);
  }
  return unit;
}

template <class T>
LUTRA_INLINE void storeUnit(const GruStep<T>& s, const GruUnit<T>& unit, int64_t row, int64_t j, int n) {
  using V = Vec<T>;
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

// What is left of several rows behind their last whole vector, `n` values of each from j on, as one vector: the
// activations are most of the work, and a vector that is mostly empty costs as much as a full one.
template <class T>
LUTRA_INLINE void gruStepTails(const GruStep<T>& s, int64_t row, int rows, int64_t j, int n) {
  using V = Vec<T>;
  constexpr int kParts = 5;
  T parts[kParts][2 * V::W] = {};
  for (int r = 0; r < rows; r++) {
    const GruUnit<T> unit = loadUnit(s, row + r, j, n);
    const V values[kParts] = {unit.reset, unit.update, unit.candidate, unit.inner, unit.hidden};
    for (int k = 0; k < kParts; k++) values[k].store(parts[k] + r * n);
  }
  GruUnit<T> all = {V::load(parts[0]), V::load(parts[1]), V::load(parts[2]), V::load(parts[3]), V::load(parts[4])};
  activate(all);
  const V values[kParts] = {all.reset, all.update, all.candidate, all.inner, all.hidden};
  for (int k = 0; k < kParts; k++) values[k].store(parts[k]);
  for (int r = 0; r < rows; r++) {
    const auto part = [&](int k) { return V::loadN(parts[k] + r * n, n); };
    storeUnit(s, GruUnit<T>{part(0), part(1), part(2), part(3), part(4)}, row + r, j, n);
  }
}

template <class T>
void gruStepForward(const GruStep<T>& s) {
  constexpr int W = Vec<T>::W;
  const int64_t whole = s.hiddenSize / W * W;
  for (int64_t row = 0; row < s.rows; row++) {
    for (int64_t j = 0; j < whole; j += W) {
      GruUnit<T> unit = loadUnit(s, row, j, W);
      activate(unit);
      storeUnit(s, unit, row, j, W);
    }
  }
  if constexpr (W > 1) {
    const int tail = static_cast<int>(s.hiddenSize - whole);
    if (tail == 0) return;
    const int together = W / tail;
    for (int64_t row = 0; row < s.rows; row += together) {
      if (together > 1) {
        gruStepTails(s, row, static_cast<int>(std::min<int64_t>(together, s.rows - row)), whole, tail);
        continue;
      }
      GruUnit<T> unit = loadUnit(s, row, whole, tail);
      activate(unit);
      storeUnit(s, unit, row, whole, tail);
    }
  }
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
  constexpr int W = Vec<T>::W;
  for (int64_t row = 0; row < s.rows; row++) {
    int64_t j = 0;
    for (; j + W <= s.hiddenSize; j += W) unitBackward(s, row, j, W);
    if (j < s.hiddenSize) unitBackward(s, row, j, static_cast<int>(s.hiddenSize - j));
  }
}

}  // namespace lutra::LUTRA_NS
