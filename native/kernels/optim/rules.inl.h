// Target code of optim.h: a rule says what happens to one vector of weights, gradient and state; two drivers apply any
// rule to a dense gradient or to the rows of a sparse one.
namespace lutra::LUTRA_NS {

template <class T>
struct SgdRule {
  using V = Vec<T>;
  static constexpr int kStates = 0;
  V minusLr, decay;
  bool maximize, decays;

  explicit SgdRule(const SgdOptions& o)
      : minusLr(constant<T>(-o.lr)),
        decay(constant<T>(o.weightDecay)),
        maximize(o.maximize),
        decays(o.weightDecay != 0) {}
  LUTRA_INLINE V gradient(V w, V g) const {
    if (maximize) g = neg(g);
    return decays ? fma(decay, w, g) : g;
  }
  LUTRA_INLINE void operator()(V& w, V g, V*) const { w = fma(minusLr, gradient(w, g), w); }
};

template <class T>
struct MomentumRule : SgdRule<T> {
  using V = Vec<T>;
  static constexpr int kStates = 1;
  V momentum, undamped;
  bool nesterov, first;

  explicit MomentumRule(const SgdOptions& o)
      : SgdRule<T>(o),
        momentum(constant<T>(o.momentum)),
        undamped(constant<T>(1 - o.dampening)),
        nesterov(o.nesterov),
        first(o.first) {}
  LUTRA_INLINE void operator()(V& w, V g, V* s) const {
    g = this->gradient(w, g);
    s[0] = first ? g : fma(undamped, g, s[0] * momentum);
    w = fma(this->minusLr, nesterov ? fma(momentum, s[0], g) : s[0], w);
  }
};

// from + weight * (to - from) as torch.lerp computes it: from the nearer end.
template <class T>
LUTRA_INLINE Vec<T> lerp(Vec<T> from, Vec<T> to, Vec<T> weight, bool near) {
  return near ? fma(weight, to - from, from) : fma(weight - Vec<T>::set1(T(1)), to - from, to);
}

template <class T, bool Amsgrad>
struct AdamRule {
  using V = Vec<T>;
  static constexpr int kStates = Amsgrad ? 3 : 2;
  V decay, weight1, beta2, weight2, inverseCorrection, eps, minusStep;
  bool maximize, decays, decoupled, near;

  explicit AdamRule(const AdamOptions& o)
      : decay(constant<T>(o.decoupled ? 1 - o.lr * o.weightDecay : o.weightDecay)),
        weight1(constant<T>(1 - o.beta1)),
        beta2(constant<T>(o.beta2)),
        weight2(constant<T>(1 - o.beta2)),
        inverseCorrection(constant<T>(1 / std::sqrt(1 - std::pow(o.beta2, o.step)))),
        eps(constant<T>(o.eps)),
        minusStep(constant<T>(-(o.lr / (1 - std::pow(o.beta1, o.step))))),
        maximize(o.maximize),
        decays(o.weightDecay != 0),
        decoupled(o.decoupled),
        near(std::fabs(1 - o.beta1) < 0.5) {}
  LUTRA_INLINE void operator()(V& w, V g, V* s) const {
    if (maximize) g = neg(g);
    if (decays) {
      if (decoupled) {
        w = w * decay;
      } else {
        g = fma(decay, w, g);
      }
    }
    s[0] = lerp(s[0], g, weight1, near);
    s[1] = s[1] * beta2 + weight2 * g * g;
    V square = s[1];
    if constexpr (Amsgrad) square = s[2] = maximum(s[2], s[1]);
    // PyTorch divides by the root of the correction. Divisions and roots bound the pass where a parameter is in the
    // cache: a factor instead of one of them saves a quarter, and costs at most the last bit.
    w = w + minusStep * s[0] / fma(sqrt(square), inverseCorrection, eps);
  }
};

template <class T>
struct SparseAdamRule {
  using V = Vec<T>;
  static constexpr int kStates = 2;
  V weight1, weight2, eps, minusStep;
  bool maximize;

  explicit SparseAdamRule(const AdamOptions& o)
      : weight1(constant<T>(1 - o.beta1)),
        weight2(constant<T>(1 - o.beta2)),
        eps(constant<T>(o.eps)),
        minusStep(constant<T>(-(o.lr * std::sqrt(1 - std::pow(o.beta2, o.step)) / (1 - std::pow(o.beta1, o.step))))),
        maximize(o.maximize) {}
  LUTRA_INLINE void operator()(V& w, V g, V* s) const {
    if (maximize) g = neg(g);
    s[0] = s[0] + (g - s[0]) * weight1;
    s[1] = s[1] + (g * g - s[1]) * weight2;
    w = w + minusStep * (s[0] / (sqrt(s[1]) + eps));
  }
};

template <class T>
struct AdagradRule {
  using V = Vec<T>;
  static constexpr int kStates = 1;
  V decay, eps, minusLr;
  bool maximize, decays;

  explicit AdagradRule(const AdagradOptions& o)
      : decay(constant<T>(o.weightDecay)),
        eps(constant<T>(o.eps)),
        minusLr(constant<T>(-(o.lr / (1 + (o.step - 1) * o.lrDecay)))),
        maximize(o.maximize),
        decays(o.weightDecay != 0) {}
  LUTRA_INLINE void operator()(V& w, V g, V* s) const {
    if (maximize) g = neg(g);
    if (decays) g = fma(decay, w, g);
    s[0] = s[0] + g * g;
    w = w + minusLr * g / (sqrt(s[0]) + eps);
  }
};

template <class T, bool Centered, bool Momentum>
struct RmspropRule {
  using V = Vec<T>;
  static constexpr int kStates = 1 + Centered + Momentum;
  V decay, alpha, weight, eps, minusLr, momentum;
  bool maximize, decays, near;

  explicit RmspropRule(const RmspropOptions& o)
      : decay(constant<T>(o.weightDecay)),
        alpha(constant<T>(o.alpha)),
        weight(constant<T>(1 - o.alpha)),
        eps(constant<T>(o.eps)),
        minusLr(constant<T>(-o.lr)),
        momentum(constant<T>(o.momentum)),
        maximize(o.maximize),
        decays(o.weightDecay != 0),
        near(std::fabs(1 - o.alpha) < 0.5) {}
  LUTRA_INLINE void operator()(V& w, V g, V* s) const {
    if (maximize) g = neg(g);
    if (decays) g = fma(decay, w, g);
    s[0] = s[0] * alpha + weight * g * g;
    V square = s[0];
    if constexpr (Centered) {
      s[1] = lerp(s[1], g, weight, near);
      square = square - s[1] * s[1];
    }
    const V root = sqrt(square) + eps;
    if constexpr (Momentum) {
      V& buffer = s[1 + Centered];
      buffer = buffer * momentum + g / root;
      w = fma(minusLr, buffer, w);
    } else {
      w = w + minusLr * g / root;
    }
  }
};

// Updates n weights; without Gradient theirs is zero and g is not read.
template <bool Gradient, class T, class Rule>
LUTRA_INLINE void applyRule(const Rule& shared, T* w, T* const* states, const T* g, int64_t n) {
  using V = Vec<T>;
  constexpr int S = Rule::kStates;
  const Rule rule = shared;  // a copy that no store can alias, so that its constants stay in registers
  V s[S + 1];
  int64_t j = 0;
  for (; j + V::W <= n; j += V::W) {
    V x = V::load(w + j);
    for (int k = 0; k < S; k++) s[k] = V::load(states[k] + j);
    rule(x, Gradient ? V::load(g + j) : V::zero(), s);
    x.store(w + j);
    for (int k = 0; k < S; k++) s[k].store(states[k] + j);
  }
  if (j < n) {
    const int tail = static_cast<int>(n - j);
    V x = V::loadN(w + j, tail);
    for (int k = 0; k < S; k++) s[k] = V::loadN(states[k] + j, tail);
    rule(x, Gradient ? V::loadN(g + j, tail) : V::zero(), s);
    x.storeN(w + j, tail);
    for (int k = 0; k < S; k++) s[k].storeN(states[k] + j, tail);
  }
}

template <class Rule, class T>
void updateDense(const Rule& rule, T* w, T* const* states, const T* g, int64_t n) {
  constexpr int64_t kGrain = 8192;
  parallelFor(n, kGrain, [&](int64_t begin, int64_t end) {
    T* at[Rule::kStates + 1];
    for (int k = 0; k < Rule::kStates; k++) at[k] = states[k] + begin;
    applyRule<true>(rule, w + begin, at, g + begin, end - begin);
  });
}

template <class T>
LUTRA_INLINE const T* valuesAt(const RowGradient<T>& g, int64_t i, int64_t column) {
  return g.list.values + (g.list.source ? g.list.source[i] : i) * g.dim + column;
}

// buffer = the sum of a group's rows in columns [column, column + width), in the order of positions.
template <bool Scaled, class T>
LUTRA_INLINE void sumColumns(T* buffer, const RowGradient<T>& g, const int32_t* order, int64_t size, int64_t column,
                             int64_t width) {
  using V = Vec<T>;
  const T* const first = valuesAt(g, order[0], column);
  V scale = Scaled ? V::set1(g.list.scale[order[0]]) : V::zero();
  int64_t j = 0;
  if constexpr (Scaled) {
    for (; j + V::W <= width; j += V::W) (V::load(first + j) * scale).store(buffer + j);
    const int tail = static_cast<int>(width - j);
    if (tail > 0) (V::loadN(first + j, tail) * scale).storeN(buffer + j, tail);
  } else {
    std::memcpy(buffer, first, static_cast<size_t>(width) * sizeof(T));
  }
  for (int64_t k = 1; k < size; k++) {
    const T* const value = valuesAt(g, order[k], column);
    if constexpr (Scaled) scale = V::set1(g.list.scale[order[k]]);
    const auto step = [&](V sum, V x) { return Scaled ? sum + x * scale : sum + x; };
    for (j = 0; j + V::W <= width; j += V::W) step(V::load(buffer + j), V::load(value + j)).store(buffer + j);
    const int tail = static_cast<int>(width - j);
    if (tail > 0) step(V::loadN(buffer + j, tail), V::loadN(value + j, tail)).storeN(buffer + j, tail);
  }
}

// One row with the sum of its values, a block of columns at a time.
template <class Rule, class T>
LUTRA_INLINE void updateRow(const Rule& rule, T* w, T* const* states, const RowGradient<T>& g, const IndexGroups& rows,
                            int64_t group) {
  constexpr int64_t kBlock = 512;
  T buffer[kBlock];
  T* at[Rule::kStates + 1];
  const int32_t* const order = rows.order + rows.begin[group];
  const int64_t size = rows.begin[group + 1] - rows.begin[group];
  for (int64_t column = 0; column < g.dim; column += kBlock) {
    const int64_t width = std::min(kBlock, g.dim - column);
    const int64_t offset = rows.index[group] * g.dim + column;
    const T* sum = buffer;
    if (g.list.scale) {
      sumColumns<true>(buffer, g, order, size, column, width);
    } else if (size > 1) {
      sumColumns<false>(buffer, g, order, size, column, width);
    } else {
      sum = valuesAt(g, order[0], column);
    }
    for (int k = 0; k < Rule::kStates; k++) at[k] = states[k] + offset;
    applyRule<true>(rule, w + offset, at, sum, width);
  }
}

template <class Rule, class T>
void updateNamedRows(const Rule& rule, T* w, T* const* states, const RowGradient<T>& g, const IndexGroups& rows) {
  const int64_t ahead = rowsAhead((Rule::kStates + 2) * g.dim * static_cast<int64_t>(sizeof(T)));
  parallelFor(rows.groups, std::max<int64_t>(1, 4096 / g.dim), [&](int64_t begin, int64_t end) {
    const auto request = [&](int64_t group) {
      const int64_t at = rows.index[group] * g.dim;
      prefetchRow(w + at, g.dim);
      for (int k = 0; k < Rule::kStates; k++) prefetchRow(states[k] + at, g.dim);
      prefetchRow(valuesAt(g, rows.order[rows.begin[group]], 0), g.dim);
    };
    for (int64_t group = begin; group < std::min(begin + ahead, end); group++) request(group);
    for (int64_t group = begin; group < end; group++) {
      if (group + ahead < end) request(group + ahead);
      updateRow(rule, w, states, g, rows, group);
    }
  });
}

template <class Rule, class T>
void updateEveryRow(const Rule& rule, T* w, T* const* states, const RowGradient<T>& g, const IndexGroups& rows) {
  parallelFor(g.rows, std::max<int64_t>(1, 8192 / g.dim), [&](int64_t begin, int64_t end) {
    const int32_t* const last = rows.index + rows.groups;
    const int32_t* next = std::lower_bound(rows.index, last, begin);
    for (int64_t row = begin; row < end; row++) {
      const int64_t named = next < last ? std::min<int64_t>(*next, end) : end;
      if (row < named) {
        T* at[Rule::kStates + 1];
        for (int k = 0; k < Rule::kStates; k++) at[k] = states[k] + row * g.dim;
        applyRule<false>(rule, w + row * g.dim, at, static_cast<const T*>(nullptr), (named - row) * g.dim);
        row = named;
      }
      if (row < end) updateRow(rule, w, states, g, rows, next++ - rows.index);
    }
  });
}

template <class Rule, class T>
void updateRows(const Rule& rule, T* w, T* const* states, const RowGradient<T>& g) {
  if (g.dim <= 0) return;
  const IndexGroups rows = groupIndices(g.indices, g.count, g.rows, -1);
  if (g.everyRow) {
    updateEveryRow(rule, w, states, g, rows);
  } else {
    updateNamedRows(rule, w, states, g, rows);
  }
}

// Calls update(rule) with the rule that the state arrays ask for.
template <class T, class Update>
void withSgdRule(const T* buffer, const SgdOptions& o, Update update) {
  buffer ? update(MomentumRule<T>(o)) : update(SgdRule<T>(o));
}
template <class T, class Update>
void withAdamRule(const T* largest, const AdamOptions& o, Update update) {
  largest ? update(AdamRule<T, true>(o)) : update(AdamRule<T, false>(o));
}
template <class T, class Update>
void withRmspropRule(const T* average, const T* buffer, const RmspropOptions& o, Update update) {
  if (average) {
    buffer ? update(RmspropRule<T, true, true>(o)) : update(RmspropRule<T, true, false>(o));
  } else {
    buffer ? update(RmspropRule<T, false, true>(o)) : update(RmspropRule<T, false, false>(o));
  }
}

template <class T>
void sgdDense(T* weight, T* buffer, const T* gradient, int64_t n, const SgdOptions& options) {
  T* const states[] = {buffer};
  withSgdRule(buffer, options, [&](const auto& rule) { updateDense(rule, weight, states, gradient, n); });
}
template <class T>
void sgdRows(T* weight, T* buffer, const RowGradient<T>& gradient, const SgdOptions& options) {
  T* const states[] = {buffer};
  withSgdRule(buffer, options, [&](const auto& rule) { updateRows(rule, weight, states, gradient); });
}

template <class T>
void adamDense(T* weight, T* average, T* square, T* largest, const T* gradient, int64_t n, const AdamOptions& options) {
  T* const states[] = {average, square, largest};
  withAdamRule(largest, options, [&](const auto& rule) { updateDense(rule, weight, states, gradient, n); });
}
template <class T>
void adamRows(T* weight, T* average, T* square, T* largest, const RowGradient<T>& gradient,
              const AdamOptions& options) {
  T* const states[] = {average, square, largest};
  withAdamRule(largest, options, [&](const auto& rule) { updateRows(rule, weight, states, gradient); });
}
template <class T>
void sparseAdamRows(T* weight, T* average, T* square, const RowGradient<T>& gradient, const AdamOptions& options) {
  T* const states[] = {average, square};
  updateRows(SparseAdamRule<T>(options), weight, states, gradient);
}

template <class T>
void adagradDense(T* weight, T* sum, const T* gradient, int64_t n, const AdagradOptions& options) {
  T* const states[] = {sum};
  updateDense(AdagradRule<T>(options), weight, states, gradient, n);
}
template <class T>
void adagradRows(T* weight, T* sum, const RowGradient<T>& gradient, const AdagradOptions& options) {
  T* const states[] = {sum};
  updateRows(AdagradRule<T>(options), weight, states, gradient);
}

template <class T>
void rmspropDense(T* weight, T* square, T* average, T* buffer, const T* gradient, int64_t n,
                  const RmspropOptions& options) {
  T* const states[] = {square, average ? average : buffer, buffer};
  withRmspropRule(average, buffer, options, [&](const auto& rule) { updateDense(rule, weight, states, gradient, n); });
}
template <class T>
void rmspropRows(T* weight, T* square, T* average, T* buffer, const RowGradient<T>& gradient,
                 const RmspropOptions& options) {
  T* const states[] = {square, average ? average : buffer, buffer};
  withRmspropRule(average, buffer, options, [&](const auto& rule) { updateRows(rule, weight, states, gradient); });
}

}  // namespace lutra::LUTRA_NS
