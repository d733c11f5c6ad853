// Target code of margin.h.
namespace lutra::LUTRA_NS::margins {

// Rows whose work is worth handing to another thread.
LUTRA_INLINE int64_t grainFor(const MarginShape& s) {
  return std::max<int64_t>(1, 8192 / std::max<int64_t>(1, s.classes));
}

// Another thread may have changed a target since the call was checked: read once, and -1 when it is no class.
LUTRA_INLINE int64_t targetAt(const int32_t* targets, int64_t i, int64_t classes) {
  const int32_t target = *static_cast<const volatile int32_t*>(targets + i);
  return target < 0 || target >= classes ? -1 : target;
}

template <class T>
double inOrder(const T* loss, int64_t rows) {
  double total = 0;
  for (int64_t r = 0; r < rows; r++) total += static_cast<double>(loss[r]);
  return total;
}

/** The sum of max(0, base + x)^p; a NaN counts nothing. */
template <class T>
LUTRA_INLINE T hinges(const T* x, int64_t n, T base, bool squared) {
  using V = Vec<T>;
  const V zero = V::zero(), by = V::set1(base);
  V total = zero;
  for (int64_t c = 0; c < n; c += V::W) {
    const int lanes = static_cast<int>(std::min<int64_t>(V::W, n - c));
    const V z = V::loadN(x + c, lanes) + by;
    V h = select(lt(zero, z), squared ? z * z : z, zero);
    if (lanes < V::W) {
      T kept[V::W];
      h.store(kept);
      h = V::loadN(kept, lanes);
    }
    total = total + h;
  }
  return sum(total);
}

/** dx = g (1, or 2 z where squared) where z = base + x is above 0, else 0; returns the sum of what was written. */
template <class T>
LUTRA_INLINE T hingeSlopes(T* dx, const T* x, int64_t n, T base, bool squared, T g) {
  using V = Vec<T>;
  const V zero = V::zero(), by = V::set1(base), factor = V::set1(squared ? 2 * g : g);
  V total = zero;
  for (int64_t c = 0; c < n; c += V::W) {
    const int lanes = static_cast<int>(std::min<int64_t>(V::W, n - c));
    const V z = V::loadN(x + c, lanes) + by;
    V d = select(lt(zero, z), squared ? factor * z : factor, zero);
    d.storeN(dx + c, lanes);
    if (lanes < V::W) d = V::loadN(dx + c, lanes);
    total = total + d;
  }
  return sum(total);
}

template <class T>
double multiMarginLoss(T* loss, const T* x, const int32_t* targets, const T* weight, const MultiMargin& how,
                       const MarginShape& s) {
  parallelFor(s.rows, grainFor(s), [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; r++) {
      const int64_t y = targetAt(targets, r, s.classes);
      loss[r] = T(0);
      if (y < 0) continue;
      const T* const row = x + r * s.classes;
      const T base = static_cast<T>(how.margin) - row[y];
      const T total = hinges(row, y, base, how.squared) + hinges(row + y + 1, s.classes - y - 1, base, how.squared);
      loss[r] = (weight ? weight[y] * total : total) / static_cast<T>(s.classes);
    }
  });
  return inOrder(loss, s.rows);
}

template <class T>
void multiMarginBackward(T* dx, const T* x, const int32_t* targets, const T* weight, const T* dloss, bool perRow,
                         double scale, const MultiMargin& how, const MarginShape& s) {
  parallelFor(s.rows, grainFor(s), [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; r++) {
      const int64_t y = targetAt(targets, r, s.classes);
      T* const out = dx + r * s.classes;
      if (y < 0) {
        std::fill_n(out, s.classes, T(0));
        continue;
      }
      const T* const row = x + r * s.classes;
      const T base = static_cast<T>(how.margin) - row[y];
      const double each = static_cast<double>(dloss[perRow ? r : 0]) * scale / static_cast<double>(s.classes);
      const T g = static_cast<T>(each) * (weight ? weight[y] : T(1));
      out[y] = T(0);
      const T before = hingeSlopes(out, row, y, base, how.squared, g);
      const T after = hingeSlopes(out + y + 1, row + y + 1, s.classes - y - 1, base, how.squared, g);
      out[y] = -(before + after);
    }
  });
}

/** A row's targets: which classes they are, and their list, each as often as it is given. */
class Labels {
 public:
  Labels(const int32_t* targets, int64_t classes) : isTarget_(static_cast<size_t>(classes), 0) {
    for (int64_t i = 0; i < classes; i++) {
      const int64_t y = targetAt(targets, i, classes);
      if (y < 0) break;
      list_.push_back(y);
      isTarget_[static_cast<size_t>(y)] = 1;
    }
  }
  const std::vector<int64_t>& list() const { return list_; }
  bool has(int64_t c) const { return isTarget_[static_cast<size_t>(c)] != 0; }

 private:
  std::vector<int64_t> list_;
  std::vector<char> isTarget_;
};

template <class T>
double multilabelMarginLoss(T* loss, const T* x, const int32_t* targets, const MarginShape& s) {
  parallelFor(s.rows, grainFor(s), [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; r++) {
      const T* const row = x + r * s.classes;
      const Labels labels(targets + r * s.classes, s.classes);
      T total = 0;
      for (const int64_t y : labels.list()) {
        for (int64_t c = 0; c < s.classes; c++) {
          const T z = T(1) - row[y] + row[c];
          if (z > 0 && !labels.has(c)) total += z;
        }
      }
      loss[r] = total / static_cast<T>(s.classes);
    }
  });
  return inOrder(loss, s.rows);
}

template <class T>
void multilabelMarginBackward(T* dx, const T* x, const int32_t* targets, const T* dloss, bool perRow, double scale,
                              const MarginShape& s) {
  parallelFor(s.rows, grainFor(s), [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; r++) {
      const T* const row = x + r * s.classes;
      T* const out = dx + r * s.classes;
      const Labels labels(targets + r * s.classes, s.classes);
      const T g = static_cast<T>(static_cast<double>(dloss[perRow ? r : 0]) * scale / static_cast<double>(s.classes));
      std::fill_n(out, s.classes, T(0));
      for (const int64_t y : labels.list()) {
        for (int64_t c = 0; c < s.classes; c++) {
          if (!(T(1) - row[y] + row[c] > 0) || labels.has(c)) continue;
          out[c] += g;
          out[y] -= g;
        }
      }
    }
  });
}

}  // namespace lutra::LUTRA_NS::margins
