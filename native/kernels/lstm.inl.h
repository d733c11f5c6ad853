// The cell: what happens to the gates of a few rows in one step.
namespace lutra::LUTRA_NS {

template <class T, bool kSave>
LUTRA_INLINE void stepForward(const LstmStep<T>& s, int64_t row, int64_t j, int n) {
  using V = Vec<T>;
  const int64_t H = s.hiddenSize;
  T* const gates = s.gates + row * s.ldGates + j;
  T* const cell = s.cell + row * H + j;
  const auto load = [n](const T* p) { return n == V::W ? V::load(p) : V::loadN(p, n); };
  const auto store = [n](V v, T* p) {
    if (n == V::W) {
      v.store(p);
    } else {
      v.storeN(p, n);
    }
  };
  const V in = sigmoid(load(gates)), forget = sigmoid(load(gates + H));
  const V candidate = tanh(load(gates + 2 * H)), out = sigmoid(load(gates + 3 * H));
  const V c = fma(forget, load(cell), in * candidate);
  store(c, cell);
  const V h = out * tanh(c);
  store(h, s.hidden + row * s.ldHidden + j);
  if (s.output != nullptr) store(h, s.output + row * s.ldOutput + j);
  if (kSave) {
    store(in, gates);
    store(forget, gates + H);
    store(candidate, gates + 2 * H);
    store(out, gates + 3 * H);
    store(c, s.cells + row * s.ldCells + j);
  }
}

template <class T>
void lstmStepForward(const LstmStep<T>& s) {
  constexpr int W = Vec<T>::W;
  for (int64_t row = 0; row < s.rows; row++) {
    int64_t j = 0;
    if (s.cells != nullptr) {
      for (; j + W <= s.hiddenSize; j += W) stepForward<T, true>(s, row, j, W);
      if (j < s.hiddenSize) stepForward<T, true>(s, row, j, static_cast<int>(s.hiddenSize - j));
    } else {
      for (; j + W <= s.hiddenSize; j += W) stepForward<T, false>(s, row, j, W);
      if (j < s.hiddenSize) stepForward<T, false>(s, row, j, static_cast<int>(s.hiddenSize - j));
    }
  }
}

template <class T>
LUTRA_INLINE void stepBackward(const LstmStepGradient<T>& s, int64_t row, int64_t j, int n) {
  using V = Vec<T>;
  const int64_t H = s.hiddenSize;
  const auto load = [n](const T* p) { return n == V::W ? V::load(p) : V::loadN(p, n); };
  const auto store = [n](V v, T* p) {
    if (n == V::W) {
      v.store(p);
    } else {
      v.storeN(p, n);
    }
  };
  const V one = V::set1(T(1));
  const T* const gates = s.gates + row * s.ldGates + j;
  const V in = load(gates), forget = load(gates + H), candidate = load(gates + 2 * H), out = load(gates + 3 * H);
  const V squashed = tanh(load(s.cells + row * s.ldCells + j));
  const V before = s.before == nullptr ? V::zero() : load(s.before + row * s.ldBefore + j);
  V dh = load(s.dHidden + row * s.ldHidden + j);
  if (s.dOutput != nullptr) dh = dh + load(s.dOutput + row * s.ldOutput + j);
  T* const dCell = s.dCell + row * H + j;
  const V dc = fma(dh * out, fnma(squashed, squashed, one), load(dCell));
  store(dc * forget, dCell);
  T* const dGates = s.dGates + row * s.ldGates + j;
  store(dc * candidate * in * (one - in), dGates);
  store(dc * before * forget * (one - forget), dGates + H);
  store(dc * in * fnma(candidate, candidate, one), dGates + 2 * H);
  store(dh * squashed * out * (one - out), dGates + 3 * H);
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
