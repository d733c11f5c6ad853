// Target code of linear_cross_entropy.h; included after softmax.inl.h, whose passes over rows it uses.
namespace lutra::LUTRA_NS::linear_loss {

/** A row that counts, and its class. */
struct Sample {
  int64_t row;
  int64_t target;
};

// Each target is read once here, and checked: another thread may have changed it since the call was checked.
LUTRA_INLINE std::vector<Sample> samplesOf(const int32_t* targets, const LinearLossShape& s) {
  std::vector<Sample> samples;
  samples.reserve(static_cast<size_t>(s.rows));
  for (int64_t r = 0; r < s.rows; r++) {
    const int32_t target = *static_cast<const volatile int32_t*>(targets + r);
    if (target != s.ignoreIndex && target >= 0 && target < s.classes) samples.push_back({r, target});
  }
  return samples;
}

/** What the loss of a row is made of: dlogits[c] = g (p[c] (own + each Σw) - each w[c] - own (c == target)). */
template <class T>
struct Terms {
  const T* weight;  // of classes, or null
  T own;            // 1 - label smoothing
  T each;           // label smoothing / classes
  T total;          // the sum of the weights

  Terms(const T* classWeight, const LinearLossShape& s)
      : weight(classWeight),
        own(static_cast<T>(1 - s.labelSmoothing)),
        each(static_cast<T>(s.labelSmoothing / static_cast<double>(s.classes))) {
    double sum = 0;
    for (int64_t c = 0; c < s.classes; c++) sum += weight ? static_cast<double>(weight[c]) : 1.0;
    total = static_cast<T>(sum);
  }
  T of(int64_t target) const { return weight ? weight[target] : T(1); }
};

/** The sum of w (x - shift) over the classes. */
template <class T>
double weightedSum(const T* x, const T* weight, T shift, int64_t n) {
  double total = 0;
  for (int64_t c = 0; c < n; c++) {
    const T value = x[c] - shift;
    total += static_cast<double>(weight ? weight[c] * value : value);
  }
  return total;
}

/** The loss of a row of logits, which becomes its gradient, times g, where that is asked for. */
template <class T>
T loseRow(T* row, int64_t target, const Terms<T>& terms, bool gradient, T g, int64_t n) {
  using V = Vec<T>;
  const T largest = rowMax(row, n);
  const T at = row[target] - largest;
  const double all = terms.each != 0 ? weightedSum(row, terms.weight, largest, n) : 0;
  const T sum = rowSumExp(gradient ? row : static_cast<T*>(nullptr), row, largest, n);
  const T logSum = std::log(sum);
  const T own = terms.own * terms.of(target);
  T loss = own * (logSum - at);
  if (terms.each != 0) loss += terms.each * (logSum * terms.total - static_cast<T>(all));
  if (!gradient) return loss;
  const T each = g * terms.each;
  const V factor = V::set1(g * (own + terms.each * terms.total) / sum);
  if (each == 0) {
    mapRow(row, row, n, [=](V e) { return e * factor; });
  } else if (terms.weight == nullptr) {
    const V less = V::set1(each);
    mapRow(row, row, n, [=](V e) { return e * factor - less; });
  } else {
    for (int64_t c = 0; c < n; c += V::W) {
      const int lanes = static_cast<int>(std::min<int64_t>(V::W, n - c));
      const V less = V::set1(each) * V::loadN(terms.weight + c, lanes);
      (V::loadN(row + c, lanes) * factor - less).storeN(row + c, lanes);
    }
  }
  row[target] -= g * own;
  return loss;
}

template <class T>
void zero(T* out, int64_t n) {
  if (out != nullptr) std::memset(out, 0, static_cast<size_t>(n) * sizeof(T));
}

template <class T>
ClassLossSums linearCrossEntropy(const LinearLossResults<T>& out, const LinearLossOperands<T>& in,
                                 const LinearLossScale<T>& scale, const LinearLossShape& s) {
  const std::vector<Sample> samples = samplesOf(in.targets, s);
  const auto count = static_cast<int64_t>(samples.size());
  const bool everyRow = count == s.rows;
  const bool gradient = out.dx != nullptr || out.dw != nullptr || out.dbias != nullptr;
  const Terms<T> terms(in.weight, s);
  ClassLossSums sums{0, 0};
  for (const Sample& sample : samples) sums.weight += static_cast<double>(terms.of(sample.target));
  const double divisor = scale.mean ? sums.weight : 1;
  if (!everyRow) {
    zero(out.loss, s.rows);
    zero(out.dx, s.rows * s.features);
  }
  if (count == 0) {
    zero(out.dw, s.classes * s.features);
    zero(out.dbias, s.classes);
    return sums;
  }
  const int64_t F = s.features;
  T* const packed = everyRow ? nullptr : scratch<T>(Scratch::states, std::min(s.chunkRows, count) * F);
  T* const losses = scratch<T>(Scratch::partials, std::min(s.chunkRows, count));
  for (int64_t begin = 0; begin < count; begin += s.chunkRows) {
    const int64_t n = std::min(s.chunkRows, count - begin);
    const Sample* const chunk = samples.data() + begin;
    const T* x = in.x + begin * F;
    if (!everyRow) {
      for (int64_t i = 0; i < n; i++) std::copy_n(in.x + chunk[i].row * F, F, packed + i * F);
      x = packed;
    }
    matmul<T>(out.logits, s.classes, {x, F}, {in.w, F, true}, n, s.classes, F, {in.bias});
    forEachRow(n, s.classes, [&, chunk](int64_t i) {
      const double dloss = scale.dloss ? static_cast<double>(scale.dloss[scale.perRow ? chunk[i].row : 0]) : 1.0;
      const T g = static_cast<T>(dloss / divisor);
      losses[i] = loseRow(out.logits + i * s.classes, chunk[i].target, terms, gradient, g, s.classes);
    });
    for (int64_t i = 0; i < n; i++) {
      sums.loss += static_cast<double>(losses[i]);
      if (out.loss != nullptr) out.loss[chunk[i].row] = losses[i];
    }
    if (out.dw != nullptr) {
      matmul<T>(out.dw, F, {out.logits, s.classes, true}, {x, F}, s.classes, F, n, {nullptr, begin > 0});
    }
    if (out.dbias != nullptr) columnSums<T>(out.dbias, out.logits, s.classes, n, s.classes, begin > 0);
    if (out.dx == nullptr) continue;
    T* const dx = everyRow ? out.dx + begin * F : packed;
    matmul<T>(dx, F, {out.logits, s.classes}, {in.w, F}, n, F, s.classes);
    if (everyRow) continue;
    for (int64_t i = 0; i < n; i++) std::copy_n(packed + i * F, F, out.dx + chunk[i].row * F);
  }
  return sums;
}

}  // namespace lutra::LUTRA_NS::linear_loss
