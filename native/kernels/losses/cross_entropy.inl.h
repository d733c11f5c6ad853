// Target code of cross_entropy.h; included after softmax.inl.h, whose row and lane passes it uses.
namespace lutra::LUTRA_NS {

// A target that may have changed since it was checked: read once, and -1 when the sample does not count.
LUTRA_INLINE static int64_t countedTarget(const int32_t* targets, int64_t sample, const ClassLossShape& s) {
  const int32_t target = *static_cast<const volatile int32_t*>(targets + sample);
  return target == s.ignoreIndex || target < 0 || target >= s.classes ? -1 : target;
}

// Adds up in the order of samples, in double.
template <class T>
ClassLossSums sumSamples(const T* loss, const int32_t* targets, const T* weight, const ClassLossShape& s) {
  ClassLossSums sums{0, 0};
  for (int64_t i = 0; i < s.outer * s.inner; i++) {
    const int64_t target = countedTarget(targets, i, s);
    if (target < 0) continue;
    sums.loss += static_cast<double>(loss[i]);
    sums.weight += weight ? static_cast<double>(weight[target]) : 1.0;
  }
  return sums;
}

// The sum over classes of weight * (x - shift), which label smoothing needs.
template <class T>
T smoothedSum(const T* x, const T* weight, T shift, int64_t classes, int64_t inner) {
  double total = 0;
  for (int64_t c = 0; c < classes; c++) {
    const T value = x[c * inner] - shift;
    total += static_cast<double>(weight ? weight[c] * value : value);
  }
  return static_cast<T>(total);
}

template <class T>
double totalWeight(const T* weight, int64_t classes) {
  if (!weight) return static_cast<double>(classes);
  double total = 0;
  for (int64_t c = 0; c < classes; c++) total += static_cast<double>(weight[c]);
  return total;
}

template <class T>
ClassLossSums crossEntropy(T* loss, T* normaliser, const T* logits, const int32_t* targets, const T* weight,
                           const ClassLossShape& s) {
  using V = Vec<T>;
  const int64_t samples = s.outer * s.inner;
  T* const largests = normaliser;
  T* const logSums = normaliser + samples;
  const T smoothing = static_cast<T>(s.labelSmoothing / static_cast<double>(s.classes));
  const T weights = smoothing != 0 ? static_cast<T>(totalWeight(weight, s.classes)) : T(0);
  const auto finish = [=](int64_t sample, const T* x, T largest, T logSum) {
    largests[sample] = largest;
    logSums[sample] = logSum;
    const int64_t target = countedTarget(targets, sample, s);
    if (target < 0) {
      loss[sample] = T(0);
      return;
    }
    const T own = logSum - (x[target * s.inner] - largest);
    T value = weight ? weight[target] * own : own;
    if (smoothing != 0) {
      const T all = logSum * weights - smoothedSum(x, weight, largest, s.classes, s.inner);
      value = static_cast<T>(1 - s.labelSmoothing) * value + smoothing * all;
    }
    loss[sample] = value;
  };
  if (s.inner == 1) {
    forEachRow(s.outer, s.classes, [=](int64_t r) {
      const T* const row = logits + r * s.classes;
      const T largest = rowMax(row, s.classes);
      finish(r, row, largest, std::log(rowSumExp(static_cast<T*>(nullptr), row, largest, s.classes)));
    });
  } else {
    forEachLaneGroup<T>(s.outer, s.classes, s.inner, [=](int64_t start, int width) {
      T largest[V::W], logSum[V::W];
      const V shift = lanesMax(logits + start, s.classes, s.inner, width);
      shift.store(largest);
      log(lanesSumExp(logits + start, shift, s.classes, s.inner, width)).store(logSum);
      const int64_t slab = s.classes * s.inner;
      const int64_t first = start / slab * s.inner + start % slab;
      for (int k = 0; k < width; k++) finish(first + k, logits + start + k, largest[k], logSum[k]);
    });
  }
  return sumSamples(loss, targets, weight, s);
}

template <class T>
void crossEntropyBackward(T* dlogits, const T* logits, const T* normaliser, const int32_t* targets, const T* weight,
                          const T* dloss, bool perSample, double scale, const ClassLossShape& s) {
  using V = Vec<T>;
  const int64_t samples = s.outer * s.inner;
  const T smoothing = static_cast<T>(s.labelSmoothing / static_cast<double>(s.classes));
  const T weights = smoothing != 0 ? static_cast<T>(totalWeight(weight, s.classes)) : T(0);
  // With `own` and `all` as below, dlogits[c] = p[c] * (own + all) - all * w[c] / sum(w) - own * (c == target).
  struct Factors {
    T own, each, both;
  };
  const auto factorsOf = [=](int64_t sample, int64_t target) {
    if (target < 0) return Factors{0, 0, 0};
    const T g = static_cast<T>(static_cast<double>(dloss[perSample ? sample : 0]) * scale);
    const T own = g * static_cast<T>(1 - s.labelSmoothing) * (weight ? weight[target] : T(1));
    const T each = g * smoothing;
    return Factors{own, each, own + each * weights};
  };
  if (s.inner == 1) {
    forEachRow(s.outer, s.classes, [=](int64_t r) {
      T* const out = dlogits + r * s.classes;
      const int64_t target = countedTarget(targets, r, s);
      if (target < 0) {
        std::memset(out, 0, static_cast<size_t>(s.classes) * sizeof(T));
        return;
      }
      const Factors f = factorsOf(r, target);
      mapRowExp(out, logits + r * s.classes, normaliser[r], normaliser[samples + r], f.both, s.classes);
      if (f.each != 0) {
        for (int64_t c = 0; c < s.classes; c++) out[c] -= f.each * (weight ? weight[c] : T(1));
      }
      out[target] -= f.own;
    });
    return;
  }
  forEachLaneGroup<T>(s.outer, s.classes, s.inner, [=](int64_t start, int width) {
    const int64_t slab = s.classes * s.inner;
    const int64_t first = start / slab * s.inner + start % slab;
    T each[V::W] = {}, both[V::W] = {};
    int64_t target[V::W];
    T own[V::W];
    for (int k = 0; k < width; k++) {
      target[k] = countedTarget(targets, first + k, s);
      const Factors f = factorsOf(first + k, target[k]);
      own[k] = f.own;
      each[k] = f.each;
      both[k] = f.both;
    }
    const V shift = V::loadN(normaliser + first, width), logSum = V::loadN(normaliser + samples + first, width);
    const V scaleAll = V::load(both), scaleEach = V::load(each);
    for (int64_t c = 0; c < s.classes; c++) {
      const int64_t at = start + c * s.inner;
      const V w = V::set1(weight ? weight[c] : T(1));
      const V p = exp(V::loadN(logits + at, width) - shift - logSum);
      (p * scaleAll - scaleEach * w).storeN(dlogits + at, width);
    }
    for (int k = 0; k < width; k++) {
      if (target[k] >= 0) {
        dlogits[start + k + target[k] * s.inner] -= own[k];
      } else {  // also where the logits are not finite
        for (int64_t c = 0; c < s.classes; c++) dlogits[start + k + c * s.inner] = T(0);
      }
    }
  });
}

template <class T>
ClassLossSums negativeLogLikelihood(T* loss, const T* logProbabilities, const int32_t* targets, const T* weight,
                                    const ClassLossShape& s) {
  for (int64_t i = 0; i < s.outer * s.inner; i++) {
    const int64_t target = countedTarget(targets, i, s);
    const int64_t row = i / s.inner * s.classes * s.inner + i % s.inner;
    loss[i] = target < 0 ? T(0) : -(weight ? weight[target] : T(1)) * logProbabilities[row + target * s.inner];
  }
  return sumSamples(loss, targets, weight, s);
}

template <class T>
void negativeLogLikelihoodBackward(T* dinput, const int32_t* targets, const T* weight, const T* dloss, bool perSample,
                                   double scale, const ClassLossShape& s) {
  std::memset(dinput, 0, static_cast<size_t>(s.outer * s.classes * s.inner) * sizeof(T));
  for (int64_t i = 0; i < s.outer * s.inner; i++) {
    const int64_t target = countedTarget(targets, i, s);
    if (target < 0) continue;
    const int64_t row = i / s.inner * s.classes * s.inner + i % s.inner;
    const T g = static_cast<T>(static_cast<double>(dloss[perSample ? i : 0]) * scale);
    dinput[row + target * s.inner] = -(weight ? weight[target] : T(1)) * g;
  }
}

}  // namespace lutra::LUTRA_NS
