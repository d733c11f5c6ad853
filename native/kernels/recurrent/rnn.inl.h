// What happens to the sums of a few rows in one step. `Relu`: relu instead of tanh.
namespace lutra::LUTRA_NS {

template <class T, bool Relu>
LUTRA_INLINE Vec<T> rnnActivation(Vec<T> sum) {
  // NaN stays NaN.
  if constexpr (Relu) return select(lt(sum, Vec<T>::zero()), Vec<T>::zero(), sum);
  return tanh(sum);
}

// What is left of several rows behind their last whole vector, `n` values of each from j on, as one vector: a vector
// that is mostly empty costs as much as a full one.
template <class T>
LUTRA_INLINE void rnnStepTails(const RnnStep<T>& s, int64_t row, int rows, int64_t j, int n) {
  using V = Vec<T>;
  T values[2 * V::W] = {};
  for (int r = 0; r < rows; r++) V::loadN(s.output + (row + r) * s.ldOutput + j, n).store(values + r * n);
  rnnActivation<T, false>(V::load(values)).store(values);
  for (int r = 0; r < rows; r++) {
    const V h = V::loadN(values + r * n, n);
    h.storeN(s.output + (row + r) * s.ldOutput + j, n);
    h.storeN(s.hidden + (row + r) * s.hiddenSize + j, n);
  }
}

template <class T, bool Relu>
void rnnStepForward(const RnnStep<T>& s) {
  using V = Vec<T>;
  constexpr int W = V::W;
  const int64_t whole = s.hiddenSize / W * W;
  for (int64_t row = 0; row < s.rows; row++) {
    T* const output = s.output + row * s.ldOutput;
    T* const hidden = s.hidden + row * s.hiddenSize;
    for (int64_t j = 0; j < whole; j += W) {
      const V h = rnnActivation<T, Relu>(V::load(output + j));
      h.store(output + j);
      h.store(hidden + j);
    }
  }
  if constexpr (W > 1) {
    const int tail = static_cast<int>(s.hiddenSize - whole);
    if (tail == 0) return;
    // relu costs no more than the copying that tails of several rows need.
    const int together = Relu ? 1 : W / tail;
    for (int64_t row = 0; row < s.rows; row += together) {
      if (together > 1) {
        rnnStepTails(s, row, static_cast<int>(std::min<int64_t>(together, s.rows - row)), whole, tail);
        continue;
      }
      T* const output = s.output + row * s.ldOutput + whole;
      const V h = rnnActivation<T, Relu>(V::loadN(output, tail));
      h.storeN(output, tail);
      h.storeN(s.hidden + row * s.hiddenSize + whole, tail);
    }
  }
}

template <class T, bool Relu>
void rnnStepBackward(const RnnStepGradient<T>& s) {
  using V = Vec<T>;
  constexpr int W = V::W;
  const V one = V::set1(T(1));
  for (int64_t row = 0; row < s.rows; row++) {
    for (int64_t j = 0; j < s.hiddenSize; j += W) {
      const int n = static_cast<int>(std::min<int64_t>(W, s.hiddenSize - j));
      const auto load = [n](const T* p) { return n == W ? V::load(p) : V::loadN(p, n); };
      const V h = load(s.output + row * s.ldOutput + j);
      V dh = load(s.dHidden + row * s.hiddenSize + j);
      if (s.dOutput != nullptr) dh = dh + load(s.dOutput + row * s.ldDOutput + j);
      V slope;
      if constexpr (Relu) {
        slope = select(le(h, V::zero()), V::zero(), dh);
      } else {
        slope = dh * fnma(h, h, one);
      }
      T* const dSums = s.dSums + row * s.ldSums + j;
      if (n == W) {
        slope.store(dSums);
      } else {
        slope.storeN(dSums, n);
      }
    }
  }
}

}  // namespace lutra::LUTRA_NS
