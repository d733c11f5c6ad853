// Target code of ctc.h. States lie in a row, so that a step's recursion runs over vectors of them.
namespace lutra::LUTRA_NS::ctc {

template <class T>
constexpr T kNever = -std::numeric_limits<T>::infinity();

/** One sample's states: their classes, and what it costs to come from two states before (0, or -inf where that is
 * barred). */
template <class T>
class States {
 public:
  States(const CtcLabels& labels, int64_t n, const CtcShape& shape)
      : count_(2 * static_cast<int64_t>(labels.targetLengths[n]) + 1), padded_(count_ + 2 + Vec<T>::W) {
    T* const memory = scratch<T>(Scratch::states, 4 * padded_);
    skip_ = memory;
    emissions_ = memory + padded_;
    rows_ = memory + 2 * padded_;
    classes_ = scratch<int32_t>(Scratch::weights, count_);
    const int32_t* const targets = labels.targets + labels.starts[n];
    for (int64_t s = 0; s < count_; s++) {
      // Another thread may have changed a label since the call was checked: read once, and kept within the classes.
      const int32_t label = s % 2 == 0 ? shape.blank : *static_cast<const volatile int32_t*>(targets + s / 2);
      classes_[s] = label < 0 || label >= shape.classes ? shape.blank : label;
    }
    for (int64_t s = 0; s < padded_; s++) {
      skip_[s] = s > 1 && s < count_ && classes_[s] != classes_[s - 2] && s % 2 == 1 ? T(0) : kNever<T>;
    }
  }
  int64_t count() const { return count_; }
  const int32_t* classes() const { return classes_; }
  const T* skip() const { return skip_; }
  /** A row of states with room for two and a vector behind; there are two. */
  T* row(int which) const { return rows_ + which * padded_; }
  int64_t padded() const { return padded_; }
  /** The logarithms of a step's probabilities, by state. */
  const T* emit(const T* logProbs) const {
    for (int64_t s = 0; s < count_; s++) emissions_[s] = logProbs[classes_[s]];
    return emissions_;
  }

 private:
  int64_t count_, padded_;
  T *skip_, *emissions_, *rows_;
  int32_t* classes_;
};

/** log(e^a + e^b + e^c), also where none of them can be. */
template <class T>
LUTRA_INLINE Vec<T> logSum(Vec<T> a, Vec<T> b, Vec<T> c) {
  using V = Vec<T>;
  V largest = max(max(a, b), c);
  largest = select(eq(largest, V::set1(kNever<T>)), V::zero(), largest);
  return log(exp(a - largest) + exp(b - largest) + exp(c - largest)) + largest;
}

/** Takes the largest of a row from all of it, and returns that; 0 where there is none. */
template <class T>
T takeLargest(T* row, int64_t count) {
  using V = Vec<T>;
  V largest = V::set1(kNever<T>);
  int64_t s = 0;
  for (; s + V::W <= count; s += V::W) largest = max(largest, V::load(row + s));
  T most = maxLane(largest);
  for (; s < count; s++) most = row[s] > most ? row[s] : most;
  if (!(most > kNever<T>)) return T(0);
  for (s = 0; s < count; s += V::W) {
    const int lanes = static_cast<int>(std::min<int64_t>(V::W, count - s));
    (V::loadN(row + s, lanes) - V::set1(most)).storeN(row + s, lanes);
  }
  return most;
}

template <class T>
T sampleLoss(T* alpha, double* shifts, const T* logProbs, int64_t steps, const States<T>& states,
             const CtcShape& shape) {
  using V = Vec<T>;
  const int64_t count = states.count(), row = shape.row(), stride = shape.batch * shape.classes;
  if (steps == 0) return count == 1 ? T(0) : -kNever<T>;
  for (int64_t t = 0; t < steps; t++) {
    T* const now = alpha + t * row + 2;
    now[-2] = now[-1] = kNever<T>;
    const T* const emissions = states.emit(logProbs + t * stride);
    if (t == 0) {
      for (int64_t s = 0; s < count; s++) now[s] = s < 2 ? emissions[s] : kNever<T>;
    } else {
      const T* const before = now - row;
      for (int64_t s = 0; s < count; s += V::W) {
        const int lanes = static_cast<int>(std::min<int64_t>(V::W, count - s));
        const V stay = V::loadN(before + s, lanes), step = V::loadN(before + s - 1, lanes);
        const V leap = V::loadN(before + s - 2, lanes) + V::loadN(states.skip() + s, lanes);
        (logSum<T>(stay, step, leap) + V::loadN(emissions + s, lanes)).storeN(now + s, lanes);
      }
    }
    shifts[t] = static_cast<double>(takeLargest(now, count)) + (t == 0 ? 0.0 : shifts[t - 1]);
  }
  const T* const last = alpha + (steps - 1) * row + 2;
  const double a = static_cast<double>(last[count - 1]),
               b = static_cast<double>(count > 1 ? last[count - 2] : kNever<T>);
  return static_cast<T>(-(std::log(std::exp(a) + std::exp(b)) + shifts[steps - 1]));
}

template <class T>
void sampleGradient(T* dlogProbs, T g, const T* alpha, const double* shifts, const T* logProbs, int64_t steps,
                    const States<T>& states, const CtcShape& shape) {
  using V = Vec<T>;
  const int64_t count = states.count(), row = shape.row(), stride = shape.batch * shape.classes;
  const int32_t* const classes = states.classes();
  for (int which = 0; which < 2; which++) {
    for (int64_t s = 0; s < states.padded(); s++) states.row(which)[s] = kNever<T>;
  }
  // alpha and beta with what was taken from them, less the loss: close to 0, as probabilities given the labels should
  // be.
  const T* const last = alpha + (steps - 1) * row + 2;
  const double end = std::log(std::exp(static_cast<double>(last[count - 1])) +
                              std::exp(static_cast<double>(count > 1 ? last[count - 2] : kNever<T>)));
  const double all = end + shifts[steps - 1];
  double behind = 0;
  for (int64_t t = steps - 1; t >= 0; t--) {
    T* const now = states.row(static_cast<int>(t % 2));
    const T* const after = states.row(static_cast<int>((t + 1) % 2));
    const T* const x = logProbs + t * stride;
    const T* const emissions = states.emit(x);
    const T* const forward = alpha + t * row + 2;
    T* const out = dlogProbs + t * stride;
    for (int64_t c = 0; c < shape.classes; c += V::W) {
      const int lanes = static_cast<int>(std::min<int64_t>(V::W, shape.classes - c));
      (V::set1(g) * exp(V::loadN(x + c, lanes))).storeN(out + c, lanes);
    }
    for (int64_t s = 0; s < count; s += V::W) {
      const int lanes = static_cast<int>(std::min<int64_t>(V::W, count - s));
      const V own = V::loadN(emissions + s, lanes);
      V beta;
      if (t == steps - 1) {
        T ends[V::W];
        for (int k = 0; k < lanes; k++) ends[k] = s + k >= count - 2 ? emissions[s + k] : kNever<T>;
        beta = V::loadN(ends, lanes);
      } else {
        const V leap = V::loadN(after + s + 2, lanes) + V::loadN(states.skip() + s + 2, lanes);
        beta = logSum<T>(V::loadN(after + s, lanes), V::loadN(after + s + 1, lanes), leap) + own;
      }
      beta.storeN(now + s, lanes);
    }
    behind += static_cast<double>(takeLargest(now, count));
    const V offset = V::set1(static_cast<T>(shifts[t] + behind - all));
    for (int64_t s = 0; s < count; s += V::W) {
      const int lanes = static_cast<int>(std::min<int64_t>(V::W, count - s));
      const V own = V::loadN(emissions + s, lanes);
      // The probability of being in the state at this step, given the labels; never where alpha or beta is.
      const V both = V::loadN(forward + s, lanes) + V::loadN(now + s, lanes);
      const V never = V::set1(kNever<T>);
      T chances[V::W];
      select(eq(both, never), V::zero(), exp(both - own + offset)).storeN(chances, lanes);
      for (int k = 0; k < lanes; k++) out[classes[s + k]] -= g * chances[k];
    }
  }
}

LUTRA_INLINE int64_t grain(const CtcShape& s) { return std::max<int64_t>(1, 4096 / (s.steps * s.row() + 1)); }

template <class T>
void ctcLoss(T* loss, T* alpha, double* shifts, const T* logProbs, const CtcLabels& labels, const CtcShape& shape) {
  parallelFor(shape.batch, grain(shape), [&](int64_t begin, int64_t end) {
    for (int64_t n = begin; n < end; n++) {
      const States<T> states(labels, n, shape);
      loss[n] = sampleLoss(alpha + n * shape.steps * shape.row(), shifts + n * shape.steps,
                           logProbs + n * shape.classes, static_cast<int64_t>(labels.inputLengths[n]), states, shape);
    }
  });
}

template <class T>
void ctcLossBackward(T* dlogProbs, const T* dloss, const T* loss, const T* alpha, const double* shifts,
                     const T* logProbs, const CtcLabels& labels, bool zeroInfinity, const CtcShape& shape) {
  const int64_t stride = shape.batch * shape.classes;
  parallelFor(shape.batch, grain(shape), [&](int64_t begin, int64_t end) {
    for (int64_t n = begin; n < end; n++) {
      T* const out = dlogProbs + n * shape.classes;
      const bool infinite = loss[n] == -kNever<T>;
      const int64_t steps = infinite ? 0 : labels.inputLengths[n];
      for (int64_t t = steps; t < shape.steps; t++) {
        const bool undefined = infinite && !zeroInfinity && t < labels.inputLengths[n];
        const T value = undefined ? std::numeric_limits<T>::quiet_NaN() : T(0);
        for (int64_t c = 0; c < shape.classes; c++) out[t * stride + c] = value;
      }
      if (steps == 0) continue;
      const States<T> states(labels, n, shape);
      sampleGradient(out, dloss[n], alpha + n * shape.steps * shape.row(), shifts + n * shape.steps,
                     logProbs + n * shape.classes, steps, states, shape);
    }
  });
}

}  // namespace lutra::LUTRA_NS::ctc
