// Target code of similarity.h.
namespace lutra::LUTRA_NS::similarity {

constexpr int64_t rowsForThread(int64_t n) { return 1 + 8192 / (n + 1); }

/** a·b, a·a and b·b of one pair of rows: long rows in blocks, so that they keep their precision. */
template <class T>
struct Products {
  double ab = 0, aa = 0, bb = 0;

  Products(const T* a, const T* b, int64_t n) {
    constexpr int64_t kBlock = 4096;
    for (int64_t j = 0; j < n; j += kBlock) add(a + j, b + j, std::min(kBlock, n - j));
  }

 private:
  void add(const T* a, const T* b, int64_t n) {
    using V = Vec<T>;
    V ab0 = V::zero(), ab1 = V::zero(), aa0 = V::zero(), aa1 = V::zero(), bb0 = V::zero(), bb1 = V::zero();
    const auto take = [](V x, V y, V& xy, V& xx, V& yy) {
      xy = fma(x, y, xy);
      xx = fma(x, x, xx);
      yy = fma(y, y, yy);
    };
    int64_t j = 0;
    for (; j + 2 * V::W <= n; j += 2 * V::W) {
      take(V::load(a + j), V::load(b + j), ab0, aa0, bb0);
      take(V::load(a + j + V::W), V::load(b + j + V::W), ab1, aa1, bb1);
    }
    for (; j < n; j += V::W) {
      const int lanes = static_cast<int>(std::min<int64_t>(V::W, n - j));
      take(V::loadN(a + j, lanes), V::loadN(b + j, lanes), ab0, aa0, bb0);
    }
    ab += static_cast<double>(sum(ab0 + ab1));
    aa += static_cast<double>(sum(aa0 + aa1));
    bb += static_cast<double>(sum(bb0 + bb1));
  }
};

template <class T>
void cosines(T* cosines, T* lengths, const RowPairs<T>& pairs, double eps) {
  parallelFor(pairs.rows, rowsForThread(pairs.n), [=](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) {
      const Products<T> sums(pairs.a + i * pairs.stepA, pairs.b + i * pairs.stepB, pairs.n);
      const double a = std::sqrt(sums.aa), b = std::sqrt(sums.bb);
      cosines[i] = static_cast<T>(sums.ab / (std::max(a, eps) * std::max(b, eps)));
      lengths[2 * i] = static_cast<T>(a);
      lengths[2 * i + 1] = static_cast<T>(b);
    }
  });
}

/** out = other * toOther - own * toOwn */
template <class T>
LUTRA_INLINE void combineRows(T* out, const T* other, const T* own, T toOther, T toOwn, int64_t n) {
  using V = Vec<T>;
  const V factor = V::set1(toOther), back = V::set1(-toOwn);
  for (int64_t j = 0; j < n; j += V::W) {
    const int lanes = static_cast<int>(std::min<int64_t>(V::W, n - j));
    const V value = fma(V::loadN(other + j, lanes), factor, V::loadN(own + j, lanes) * back);
    storeLanes(value, out + j, lanes);
  }
}

// With lengths A = max(‖a‖, eps) and B alike: d cos / d a = b / (A B) - cos / A · a / ‖a‖.
template <class T>
void cosinesBackward(T* da, T* db, const T* grad, const T* cosines, const T* lengths, const RowPairs<T>& pairs,
                     double eps) {
  parallelFor(pairs.rows, rowsForThread(pairs.n), [=](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) {
      const T *const a = pairs.a + i * pairs.stepA, *const b = pairs.b + i * pairs.stepB;
      const double g = grad[i], lengthA = lengths[2 * i], lengthB = lengths[2 * i + 1];
      const double leastA = std::max(lengthA, eps), leastB = std::max(lengthB, eps);
      const T toOther = static_cast<T>(g / (leastA * leastB));
      const auto toOwn = [g, cosine = static_cast<double>(cosines[i])](double least, double length) {
        return static_cast<T>(length == 0 ? 0 : g * cosine / (least * length));
      };
      if (da != nullptr) combineRows(da + i * pairs.n, b, a, toOther, toOwn(leastA, lengthA), pairs.n);
      if (db != nullptr) combineRows(db + i * pairs.n, a, b, toOther, toOwn(leastB, lengthB), pairs.n);
    }
  });
}

}  // namespace lutra::LUTRA_NS::similarity
