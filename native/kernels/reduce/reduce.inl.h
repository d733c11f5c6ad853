// The reductions of reduce.h on float and double.
//
// Each output is a tree of partial results over fixed pieces of its inputs: a piece is reduced in vector registers,
// pieces are combined pairwise.
namespace lutra::LUTRA_NS {

template <ReduceOp op>
constexpr bool kIsSum = op <= ReduceOp::deviations;

template <class T, ReduceOp op>
LUTRA_INLINE T reduceIdentity() {
  if constexpr (kIsSum<op>) return T(0);
  if constexpr (op == ReduceOp::prod) return T(1);
  if constexpr (op == ReduceOp::max || op == ReduceOp::maxAbs) return -std::numeric_limits<T>::infinity();
  return std::numeric_limits<T>::infinity();
}

template <ReduceOp op, class T>
LUTRA_INLINE Vec<T> reduceMap(Vec<T> x, Vec<T> center, Vec<T> p) {
  (void)center, (void)p;
  if constexpr (op == ReduceOp::sumAbs || op == ReduceOp::maxAbs || op == ReduceOp::minAbs) return abs(x);
  if constexpr (op == ReduceOp::sumSquares) return x * x;
  if constexpr (op == ReduceOp::sumPowers) return pow(abs(x), p);
  if constexpr (op == ReduceOp::sumNonzero) return select(eq(x, Vec<T>::zero()), Vec<T>::zero(), constant<T>(1));
  if constexpr (op == ReduceOp::sumNumbers) return select(isNan(x), Vec<T>::zero(), x);
  if constexpr (op == ReduceOp::deviations) return (x - center) * (x - center);
  return x;
}

template <ReduceOp op, class T>
LUTRA_INLINE Vec<T> reduceCombine(Vec<T> a, Vec<T> b) {
  if constexpr (kIsSum<op>) return a + b;
  if constexpr (op == ReduceOp::prod) return a * b;
  if constexpr (op == ReduceOp::max || op == ReduceOp::maxAbs) return maximum(a, b);
  if constexpr (op == ReduceOp::min || op == ReduceOp::minAbs) return minimum(a, b);
}

template <ReduceOp op, class T>
LUTRA_INLINE T combineScalars(T a, T b) {
  if constexpr (kIsSum<op>) return a + b;
  if constexpr (op == ReduceOp::prod) return a * b;
  if constexpr (op == ReduceOp::max || op == ReduceOp::maxAbs) return a > b || a != a ? a : b;
  if constexpr (op == ReduceOp::min || op == ReduceOp::minAbs) return a < b || a != a ? a : b;
}

// The lanes of a vector combined pairwise.
template <ReduceOp op, class T>
LUTRA_INLINE T combineLanes(Vec<T> v) {
  if constexpr (kIsSum<op>) {
    return sum(v);
  } else {
    T lanes[Vec<T>::W];
    v.store(lanes);
    for (int half = Vec<T>::W / 2; half > 0; half /= 2) {
      for (int i = 0; i < half; ++i) lanes[i] = combineScalars<op>(lanes[i], lanes[i + half]);
    }
    return lanes[0];
  }
}

template <class T>
struct Ones {
  alignas(64) static constexpr T lanes[16] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
};

// A few contiguous elements: one piece of a row.
template <ReduceOp op, class T>
LUTRA_INLINE T reducePiece(const T* x, int64_t n, Vec<T> center, Vec<T> p) {
  using V = Vec<T>;
  const V identity = V::set1(reduceIdentity<T, op>());
  V a = identity, b = identity, c = identity, d = identity;
  int64_t i = 0;
  // From memory rows come a quarter faster when asked for, but not when much further ahead.
  constexpr int64_t kLine = 64 / static_cast<int64_t>(sizeof(T)), kAhead = 32 * kLine;
  for (; i + 4 * V::W <= n; i += 4 * V::W) {
    for (int64_t k = 0; k < 4 * V::W; k += kLine) LUTRA_PREFETCH_L2(x + i + k + kAhead);
    a = reduceCombine<op>(a, reduceMap<op>(V::load(x + i), center, p));
    b = reduceCombine<op>(b, reduceMap<op>(V::load(x + i + V::W), center, p));
    c = reduceCombine<op>(c, reduceMap<op>(V::load(x + i + 2 * V::W), center, p));
    d = reduceCombine<op>(d, reduceMap<op>(V::load(x + i + 3 * V::W), center, p));
  }
  for (; i + V::W <= n; i += V::W) a = reduceCombine<op>(a, reduceMap<op>(V::load(x + i), center, p));
  if (const int rest = static_cast<int>(n - i); rest > 0) {
    const auto valid = eq(V::loadN(Ones<T>::lanes, rest), constant<T>(1));
    b = reduceCombine<op>(b, select(valid, reduceMap<op>(V::loadN(x + i, rest), center, p), identity));
  }
  return combineLanes<op>(reduceCombine<op>(reduceCombine<op>(a, b), reduceCombine<op>(c, d)));
}

// Split in halves at multiples of the piece, down to one piece.
template <ReduceOp op, class T>
T reduceRow(const T* x, int64_t n, Vec<T> center, Vec<T> p) {
  // At most 16 additions in a row onto each lane.
  constexpr int64_t piece = Vec<T>::W < 8 ? 64 * Vec<T>::W : 512;
  if (n <= piece) return reducePiece<op>(x, n, center, p);
  const int64_t half = (n / 2 + piece - 1) / piece * piece;
  // One after the other: compilers may compute arguments from the last to the first, and memory likes to be read
  // onwards.
  const T first = reduceRow<op>(x, half, center, p);
  return combineScalars<op>(first, reduceRow<op>(x + half, n - half, center, p));
}

// Parts of rows are no stream to the hardware: what comes next is asked for.
template <class T>
constexpr int64_t kElementsAhead = 8192 / static_cast<int64_t>(sizeof(T));

// As many rows are added one after the other; longer columns are split in halves at multiples of it.
constexpr int64_t kRowsOfPiece = 32;

// Rows of `stride` elements, `columns` of each (at most 4 vectors): combines the rows pairwise into acc.
template <ReduceOp op, class T>
void reduceColumns(Vec<T>* acc, const T* x, const T* center, int64_t rows, int64_t stride, int columns, Vec<T> p) {
  using V = Vec<T>;
  if (rows > kRowsOfPiece) {
    const int64_t half = (rows / 2 + kRowsOfPiece - 1) / kRowsOfPiece * kRowsOfPiece;
    V other[4];
    reduceColumns<op>(acc, x, center, half, stride, columns, p);
    reduceColumns<op>(other, x + half * stride, center, rows - half, stride, columns, p);
    for (int k = 0; k < 4; ++k) acc[k] = reduceCombine<op>(acc[k], other[k]);
    return;
  }
  V a[4], centers[4];
  for (int k = 0; k < 4; ++k) {
    const int lanes = std::max(0, std::min(V::W, columns - k * V::W));
    a[k] = V::set1(reduceIdentity<T, op>());
    centers[k] = center == nullptr ? V::zero() : V::loadN(center + (lanes > 0 ? k * V::W : 0), lanes);
  }
  if (columns == 4 * V::W) {
    for (int64_t r = 0; r < rows; ++r) {
      for (int k = 0; k < 4; ++k) {
        LUTRA_PREFETCH_L2(x + r * stride + k * V::W + kElementsAhead<T>);
        a[k] = reduceCombine<op>(a[k], reduceMap<op>(V::load(x + r * stride + k * V::W), centers[k], p));
      }
    }
  } else {
    const int vectors = (columns + V::W - 1) / V::W;
    for (int64_t r = 0; r < rows; ++r) {
      for (int k = 0; k < vectors; ++k) {
        const V row = V::loadN(x + r * stride + k * V::W, std::min(V::W, columns - k * V::W));
        a[k] = reduceCombine<op>(a[k], reduceMap<op>(row, centers[k], p));
      }
    }
  }
  for (int k = 0; k < 4; ++k) acc[k] = a[k];
}

// So many columns are worth reading rows as they lie, each result being kept in memory.
constexpr int64_t kWide = 256;

// The same for many columns, at most kMostColumns: a few whole rows at a time, as memory likes to be read, and with the
// same bits.
template <ReduceOp op, class T>
void reduceWide(T* acc, const T* x, const T* center, int64_t rows, int64_t stride, int64_t columns, Vec<T> p) {
  using V = Vec<T>;
  if (rows > kRowsOfPiece) {
    const int64_t half = (rows / 2 + kRowsOfPiece - 1) / kRowsOfPiece * kRowsOfPiece;
    T other[kMostColumns];
    reduceWide<op>(acc, x, center, half, stride, columns, p);
    reduceWide<op>(other, x + half * stride, center, rows - half, stride, columns, p);
    for (int64_t j = 0; j < columns; j += V::W) {
      const int lanes = static_cast<int>(std::min<int64_t>(V::W, columns - j));
      storeLanes(reduceCombine<op>(V::loadN(acc + j, lanes), V::loadN(other + j, lanes)), acc + j, lanes);
    }
    return;
  }
  const V identity = V::set1(reduceIdentity<T, op>());
  const auto addRows = [&](auto count, int64_t r) {
    const T* const row = x + r * stride;
    const auto addAt = [&](int64_t j, auto load, auto store) {
      const V c = center == nullptr ? V::zero() : load(center + j);
      V total = r == 0 ? identity : load(acc + j);
      for (int i = 0; i < count; i++) {
        LUTRA_PREFETCH_L2(row + i * stride + j + kElementsAhead<T>);
        total = reduceCombine<op>(total, reduceMap<op>(load(row + i * stride + j), c, p));
      }
      store(total, acc + j);
    };
    int64_t j = 0;
    for (; j + V::W <= columns; j += V::W) {
      addAt(
          j, [](const T* from) { return V::load(from); }, [](V v, T* to) { v.store(to); });
    }
    const int rest = static_cast<int>(columns - j);
    if (rest == 0) return;
    addAt(
        j, [rest](const T* from) { return V::loadN(from, rest); }, [rest](V v, T* to) { v.storeN(to, rest); });
  };
  int64_t r = 0;
  for (; r + 4 <= rows; r += 4) addRows(std::integral_constant<int, 4>{}, r);
  for (; r < rows; r++) addRows(std::integral_constant<int, 1>{}, r);
}

// One piece of the work: rows [begin, end) of the reduced dimension of one outer index, columns [column, column +
// width).
template <ReduceOp op, class T>
void reduceTile(T* out, const T* x, const T* center, double power, int64_t rows, int64_t inner, int64_t width) {
  using V = Vec<T>;
  const V p = constant<T>(power);
  if (inner == 1) {
    const V c = center == nullptr ? V::zero() : V::set1(*center);
    *out = reduceRow<op>(x, rows, c, p);
    return;
  }
  if (width >= kWide) return reduceWide<op>(out, x, center, rows, inner, width, p);
  for (int64_t column = 0; column < width; column += 4 * V::W) {
    const int columns = static_cast<int>(std::min<int64_t>(4 * V::W, width - column));
    V acc[4];
    reduceColumns<op>(acc, x + column, center == nullptr ? nullptr : center + column, rows, inner, columns, p);
    for (int k = 0; k * V::W < columns; ++k) {
      acc[k].storeN(out + column + k * V::W, std::min(V::W, columns - k * V::W));
    }
  }
}

template <class T>
using TileFunction = void (*)(T*, const T*, const T*, double, int64_t, int64_t, int64_t);

template <class T>
TileFunction<T> tileFunction(ReduceOp op) {
  switch (op) {
    case ReduceOp::sum:
      return &reduceTile<ReduceOp::sum, T>;
    case ReduceOp::sumAbs:
      return &reduceTile<ReduceOp::sumAbs, T>;
    case ReduceOp::sumSquares:
      return &reduceTile<ReduceOp::sumSquares, T>;
    case ReduceOp::sumPowers:
      return &reduceTile<ReduceOp::sumPowers, T>;
    case ReduceOp::sumNonzero:
      return &reduceTile<ReduceOp::sumNonzero, T>;
    case ReduceOp::sumNumbers:
      return &reduceTile<ReduceOp::sumNumbers, T>;
    case ReduceOp::deviations:
      return &reduceTile<ReduceOp::deviations, T>;
    case ReduceOp::prod:
      return &reduceTile<ReduceOp::prod, T>;
    case ReduceOp::max:
      return &reduceTile<ReduceOp::max, T>;
    case ReduceOp::min:
      return &reduceTile<ReduceOp::min, T>;
    case ReduceOp::maxAbs:
      return &reduceTile<ReduceOp::maxAbs, T>;
    default:
      return &reduceTile<ReduceOp::minAbs, T>;
  }
}

// The largest (or smallest) value of each column, and its row. A NaN replaces a number, and nothing replaces a NaN.
template <class T>
void extremesOfColumns(T* values, int32_t* indices, const T* x, int64_t rows, int64_t stride, int64_t columns,
                       bool largest) {
  std::copy(x, x + columns, values);
  std::fill(indices, indices + columns, 0);
  const auto scan = [&](auto replaces) {
    T* const LUTRA_RESTRICT best = values;
    int32_t* const LUTRA_RESTRICT at = indices;
    for (int64_t r = 1; r < rows; ++r) {
      const T* const LUTRA_RESTRICT row = x + r * stride;
      const int32_t index = static_cast<int32_t>(r);
      // Both results are chosen without a branch, so that the compiler takes a vector of them at once.
      for (int64_t j = 0; j < columns; ++j) {
        const bool better = replaces(row[j], best[j]);
        best[j] = better ? row[j] : best[j];
        at[j] = better ? index : at[j];
      }
    }
  };
  if (largest) {
    scan([](T candidate, T best) { return !(candidate <= best) & (best == best); });
  } else {
    scan([](T candidate, T best) { return !(candidate >= best) & (best == best); });
  }
}

// The largest or smallest element of a contiguous row by vectors; NaN when there is one.
template <class T>
T extremeOfRow(const T* x, int64_t n, bool largest) {
  return largest ? reduceRow<ReduceOp::max>(x, n, Vec<T>::zero(), Vec<T>::zero())
                 : reduceRow<ReduceOp::min>(x, n, Vec<T>::zero(), Vec<T>::zero());
}

}  // namespace lutra::LUTRA_NS
