// A rule says what happens to one vector of weights, gradient and state; two drivers apply any rule to a dense gradient
// or to the rows of a sparse one. Included once for each instruction set by each family of rules.
namespace lutra::LUTRA_NS {

// from + weight * (to - from) as torch.lerp computes it: from the nearer end.
template <class T>
LUTRA_INLINE Vec<T> lerp(Vec<T> from, Vec<T> to, Vec<T> weight, bool near) {
  return near ? fma(weight, to - from, from) : fma(weight - Vec<T>::set1(T(1)), to - from, to);
}

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

}  // namespace lutra::LUTRA_NS
