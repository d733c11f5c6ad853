// Target code of losses.h. A loss is a struct with value(x, t, p) and slope(x, t, p) = d value / dx over vectors, where
// p is the positive weight (1 when there is none).
namespace lutra::LUTRA_NS {

template <class T>
LUTRA_INLINE Vec<T> signOf(Vec<T> d) {
  const Vec<T> zero = Vec<T>::zero();
  return select(eq(d, zero), zero, select(isNan(d), d, copysign(constant<T>(1), d)));
}

template <class T>
struct MseLoss {
  using V = Vec<T>;
  explicit MseLoss(double) {}
  LUTRA_INLINE V value(V x, V t, V) const { return (x - t) * (x - t); }
  LUTRA_INLINE V slope(V x, V t, V) const { return constant<T>(2) * (x - t); }
};

template <class T>
struct L1Loss {
  using V = Vec<T>;
  explicit L1Loss(double) {}
  LUTRA_INLINE V value(V x, V t, V) const { return abs(x - t); }
  LUTRA_INLINE V slope(V x, V t, V) const { return signOf(x - t); }
};

template <class T>
struct SmoothL1Loss {
  using V = Vec<T>;
  V beta;
  explicit SmoothL1Loss(double b) : beta(constant<T>(b)) {}
  LUTRA_INLINE V value(V x, V t, V) const {
    const V d = abs(x - t);
    return select(lt(d, beta), constant<T>(0.5) * d * d / beta, d - constant<T>(0.5) * beta);
  }
  LUTRA_INLINE V slope(V x, V t, V) const {
    const V d = x - t;
    return select(lt(abs(d), beta), d / beta, signOf(d));
  }
};

template <class T>
struct HuberLoss {
  using V = Vec<T>;
  V delta;
  explicit HuberLoss(double d) : delta(constant<T>(d)) {}
  LUTRA_INLINE V value(V x, V t, V) const {
    const V d = abs(x - t);
    return select(le(d, delta), constant<T>(0.5) * d * d, delta * (d - constant<T>(0.5) * delta));
  }
  LUTRA_INLINE V slope(V x, V t, V) const {
    const V d = x - t;
    return select(le(abs(d), delta), d, delta * signOf(d));
  }
};

template <class T>
struct BceLoss {
  using V = Vec<T>;
  explicit BceLoss(double) {}
  LUTRA_INLINE V value(V x, V t, V) const {
    const V low = constant<T>(-100), one = constant<T>(1);
    return (t - one) * max(low, log1p(neg(x))) - t * max(low, log(x));
  }
  LUTRA_INLINE V slope(V x, V t, V) const { return (x - t) / max(constant<T>(1e-12), (constant<T>(1) - x) * x); }
};

template <class T>
struct BceLogitsLoss {
  using V = Vec<T>;
  explicit BceLogitsLoss(double) {}
  LUTRA_INLINE V value(V x, V t, V p) const {
    const V one = constant<T>(1);
    return (one - t) * x - ((p - one) * t + one) * logSigmoid(x);
  }
  LUTRA_INLINE V slope(V x, V t, V p) const {
    const V pt = p * t;
    return (pt + constant<T>(1) - t) * sigmoid(x) - pt;
  }
};

template <class T>
struct SoftMarginLoss {
  using V = Vec<T>;
  explicit SoftMarginLoss(double) {}
  LUTRA_INLINE V value(V x, V t, V) const { return neg(logSigmoid(t * x)); }
  LUTRA_INLINE V slope(V x, V t, V) const { return neg(t * sigmoid(neg(t * x))); }
};

template <class T>
struct HingeEmbeddingLoss {
  using V = Vec<T>;
  V margin;
  explicit HingeEmbeddingLoss(double m) : margin(constant<T>(m)) {}
  LUTRA_INLINE V value(V x, V t, V) const {
    const V zero = V::zero(), one = constant<T>(1), gap = margin - x;
    const V unlike = select(lt(gap, zero), zero, gap);
    return select(eq(t, one), zero, unlike) + select(eq(t, neg(one)), zero, x);
  }
  LUTRA_INLINE V slope(V x, V t, V) const {
    const V zero = V::zero(), one = constant<T>(1);
    const V unlike = select(lt(margin - x, zero), zero, neg(one));
    return select(eq(t, one), zero, unlike) + select(eq(t, neg(one)), zero, one);
  }
};

template <class T, bool kLog, bool kFull>
struct PoissonLoss {
  using V = Vec<T>;
  V eps;
  explicit PoissonLoss(double e) : eps(constant<T>(e)) {}
  LUTRA_INLINE V value(V x, V t, V) const {
    const V loss = kLog ? exp(x) - t * x : x - t * log(x + eps);
    if (!kFull) return loss;
    const V stirling = t * log(t) - t + constant<T>(0.5) * log(constant<T>(6.283185307179586) * t);
    return loss + select(le(t, constant<T>(1)), V::zero(), stirling);
  }
  LUTRA_INLINE V slope(V x, V t, V) const { return kLog ? exp(x) - t : constant<T>(1) - t / (x + eps); }
};

template <class T, bool kFull, bool kOfVariance = false>
struct GaussianLoss {
  using V = Vec<T>;
  V eps;
  explicit GaussianLoss(double e) : eps(constant<T>(e)) {}
  LUTRA_INLINE V cut(V v) const { return select(lt(v, eps), eps, v); }
  LUTRA_INLINE V value(V x, V t, V p) const {
    const V v = cut(p), d = x - t;
    const V loss = constant<T>(0.5) * (log(v) + d * d / v);
    return kFull ? loss + constant<T>(0.9189385332046727) : loss;
  }
  LUTRA_INLINE V slope(V x, V t, V p) const {
    const V v = cut(p), d = x - t;
    return kOfVariance ? constant<T>(0.5) * (constant<T>(1) - d * d / v) / v : d / v;
  }
};

template <class T, class Fn>
void withLoss(LossKind kind, double parameter, Fn fn) {
  switch (kind) {
    case LossKind::mse:
      return fn(MseLoss<T>(parameter));
    case LossKind::l1:
      return fn(L1Loss<T>(parameter));
    case LossKind::smoothL1:
      return fn(SmoothL1Loss<T>(parameter));
    case LossKind::huber:
      return fn(HuberLoss<T>(parameter));
    case LossKind::bce:
      return fn(BceLoss<T>(parameter));
    case LossKind::bceLogits:
      return fn(BceLogitsLoss<T>(parameter));
    case LossKind::softMargin:
      return fn(SoftMarginLoss<T>(parameter));
    case LossKind::hingeEmbedding:
      return fn(HingeEmbeddingLoss<T>(parameter));
    case LossKind::poissonLog:
      return fn(PoissonLoss<T, true, false>(parameter));
    case LossKind::poissonLogFull:
      return fn(PoissonLoss<T, true, true>(parameter));
    case LossKind::poisson:
      return fn(PoissonLoss<T, false, false>(parameter));
    case LossKind::poissonFull:
      return fn(PoissonLoss<T, false, true>(parameter));
    case LossKind::gaussian:
      return fn(GaussianLoss<T, false>(parameter));
    case LossKind::gaussianFull:
      return fn(GaussianLoss<T, true>(parameter));
    case LossKind::gaussianVariance:
      return fn(GaussianLoss<T, false, true>(parameter));
  }
}

constexpr int64_t kLossBlock = 4096;

// The losses of x[begin, end), stored where asked; returns their sum.
template <class T, class Loss>
double blockLoss(const Loss& loss, T* out, const T* x, const T* t, const LossExtras<T>& extras, int64_t begin,
                 int64_t end) {
  using V = Vec<T>;
  const V one = constant<T>(1);
  V total = V::zero();
  for (int64_t j = begin; j < end; j += V::W) {
    const int lanes = static_cast<int>(std::min<int64_t>(V::W, end - j));
    const V p = extras.positive ? V::loadN(extras.positive + j, lanes) : one;
    V value = loss.value(V::loadN(x + j, lanes), V::loadN(t + j, lanes), p);
    if (extras.weight) value = value * V::loadN(extras.weight + j, lanes);
    if (out) value.storeN(out + j, lanes);
    if (lanes < V::W) {  // lanes that are not there may hold anything: log(1 + e^0), say
      T kept[V::W];
      value.store(kept);
      value = V::loadN(kept, lanes);
    }
    total = total + value;
  }
  return static_cast<double>(sum(total));
}

template <class T>
double elementLoss(LossKind kind, T* out, const T* x, const T* t, int64_t n, const LossExtras<T>& extras) {
  const int64_t blocks = (n + kLossBlock - 1) / kLossBlock;
  std::vector<double> partial(static_cast<size_t>(blocks));
  double* const sums = partial.data();
  withLoss<T>(kind, extras.parameter, [&](const auto& loss) {
    parallelFor(blocks, 2, [&](int64_t begin, int64_t end) {
      for (int64_t b = begin; b < end; b++) {
        sums[b] = blockLoss(loss, out, x, t, extras, b * kLossBlock, std::min((b + 1) * kLossBlock, n));
      }
    });
  });
  double total = 0;
  for (int64_t b = 0; b < blocks; b++) total += sums[b];
  return total;
}

template <class T>
void elementLossBackward(LossKind kind, T* dx, const T* x, const T* t, const T* dloss, bool perElement, double scale,
                         int64_t n, const LossExtras<T>& extras) {
  using V = Vec<T>;
  withLoss<T>(kind, extras.parameter, [&](const auto& loss) {
    parallelFor(n, 2 * kLossBlock, [&](int64_t begin, int64_t end) {
      const V one = constant<T>(1), by = constant<T>(scale);
      const V whole = V::set1(perElement ? T(0) : dloss[0]);
      for (int64_t j = begin; j < end; j += V::W) {
        const int lanes = static_cast<int>(std::min<int64_t>(V::W, end - j));
        const V p = extras.positive ? V::loadN(extras.positive + j, lanes) : one;
        V slope = loss.slope(V::loadN(x + j, lanes), V::loadN(t + j, lanes), p);
        if (extras.weight) slope = slope * V::loadN(extras.weight + j, lanes);
        (slope * (perElement ? V::loadN(dloss + j, lanes) : whole) * by).storeN(dx + j, lanes);
      }
    });
  });
}

}  // namespace lutra::LUTRA_NS
