#include "kernels/matmul/tile.inl.h"
#include "kernels/matmul/pack.inl.h"
#include "kernels/matmul/panel.inl.h"
#include "kernels/matmul/blocks.inl.h"

// Every path but the dot products, which shape alone decides on, gives each element the same chain of multiply-adds,
// wherever threads split the work: K is cut into blocks (blockDepth), each block is summed from zero in ascending k,
// and the blocks are added up in order.
namespace lutra::LUTRA_NS {

/** One or two rows: B is read where it lies, many columns at a time. */
template <class T>
void multiplyWide(const Product<T>& p, const T* packedA, int64_t begin, int64_t end, int64_t k0, int64_t depth) {
  using S = TileShape<T>;
  constexpr int kColumns = S::kWideVectors * S::kWidth;
  Tile<T> tile;
  tile.a = packedA + k0 * p.M;
  tile.aStep = p.M;
  tile.ldb = p.b.ld;
  tile.ldc = p.ldc;
  tile.depth = depth;
  tile.add = p.options.accumulate || k0 > 0;
  tile.columns = kColumns;
  for (int64_t column = begin; column + kColumns <= end; column += kColumns) {
    tile.b = p.b.data + k0 * p.b.ld + column;
    tile.c = p.c + column;
    tile.bias = k0 == 0 && p.options.bias != nullptr ? p.options.bias + column : nullptr;
    if (p.M == 1) {
      multiplyTile<T, 1, S::kWideVectors, true, PanelOfB::strided>(tile);
    } else {
      multiplyTile<T, 2, S::kWideVectors, true, PanelOfB::strided>(tile);
    }
  }
}

/**
 * Few rows: all of A is packed at once, and threads take panels of B, which are packed, if they weren't before, into a
 * buffer that stays in the cache: as the first tile reads them, where there is more than one and B is not transposed.
 */
template <class T>
void multiplyFewRows(const Product<T>& p) {
  using S = TileShape<T>;
  constexpr int64_t kColumns = S::kColumns;
  const int64_t block = blockDepth<T>(p.K);
  T* const packedA = scratch<T>(Scratch::packedA, p.M * p.K);
  for (int64_t k0 = 0; k0 < p.K; k0 += block) {
    packA(packedA + k0 * p.M, p.a, 0, p.M, k0, std::min(block, p.K - k0));
  }
  const bool wide = p.packedB == nullptr && !p.b.transposed && p.M <= S::kWideRows;
  constexpr int64_t kWideColumns = S::kWideVectors * S::kWidth;
  const int64_t width = wide ? kWideColumns : kColumns;
  const int64_t strips = (p.N + width - 1) / width;
  parallelFor(strips, grainFor(p.M * p.K * width), [&](int64_t begin, int64_t end) {
    T* const buffer = p.packedB == nullptr ? scratch<T>(Scratch::packedB, block * kColumns) : nullptr;
    int64_t column = begin * width;
    const int64_t last = std::min(end * width, p.N);
    if (wide) {
      const int64_t whole = column + (last - column) / kWideColumns * kWideColumns;
      for (int64_t k0 = 0; k0 < p.K; k0 += block) {
        multiplyWide(p, packedA, column, whole, k0, std::min(block, p.K - k0));
      }
      column = whole;
    }
    for (; column < last; column += kColumns) {
      const int columns = static_cast<int>(std::min(kColumns, p.N - column));
      for (int64_t k0 = 0; k0 < p.K; k0 += block) {
        const int64_t depth = std::min(block, p.K - k0);
        const T* b = buffer;
        int64_t ldb = kColumns;
        T* copy = nullptr;
        if (p.packedB != nullptr) {
          b = p.packedB + column * p.packedK() + k0 * kColumns;
        } else if (!p.b.transposed && columns == kColumns) {
          b = p.b.data + k0 * p.b.ld + column;
          ldb = p.b.ld;
          if (p.M > S::kRows) copy = buffer;
        } else {
          packPanel(buffer, p.b, column, columns, k0, depth);
        }
        multiplyPanel(p, packedA + k0 * p.M, 0, p.M, b, ldb, column, k0, depth, copy);
      }
    }
  });
}

/** A single panel of columns: A, of which each value is needed once, is read where it lies; B is packed once. */
template <class T, bool kTransposedA>
void multiplyFewColumns(const Product<T>& p) {
  using S = TileShape<T>;
  const int columns = static_cast<int>(p.N);
  const int64_t block = blockDepth<T>(p.K);
  const T* b = p.packedB;
  if (b == nullptr) {
    T* const buffer = scratch<T>(Scratch::packedB, p.K * S::kColumns);
    packPanel(buffer, p.b, 0, columns, 0, p.K);
    b = buffer;
  }
  constexpr int64_t kRows = kTransposedA ? S::kRows : S::kDirectRows;
  parallelFor((p.M + kRows - 1) / kRows, grainFor(kRows * p.K * p.N), [&](int64_t begin, int64_t end) {
    const int64_t last = std::min(end * kRows, p.M);
    for (int64_t row = begin * kRows; row < last; row += kRows) {
      const int rows = static_cast<int>(std::min(kRows, last - row));
      for (int64_t k0 = 0; k0 < p.K; k0 += block) {
        const int64_t depth = std::min(block, p.K - k0);
        const Tile<T> tile = {p.a.data + (kTransposedA ? k0 * p.a.ld + row : row * p.a.ld + k0),
                              p.a.ld,
                              b + k0 * S::kColumns,
                              S::kColumns,
                              nullptr,
                              p.c + row * p.ldc,
                              p.ldc,
                              k0 == 0 ? p.options.bias : nullptr,
                              depth,
                              columns,
                              p.options.accumulate || k0 > 0};
        tileFunction<T, kTransposedA>(rows, columns)(tile);
      }
    }
  });
}

/** A few rows or columns, the shared dimension contiguous in both operands: dot products, nothing packed. */
template <class T>
void multiplyAsDots(const Product<T>& p) {
  const int64_t columnStrips = (p.N + kDotSide - 1) / kDotSide;
  const int64_t strips = (p.M + kDotSide - 1) / kDotSide * columnStrips;
  parallelFor(strips, grainFor(kDotSide * kDotSide * p.K), [&](int64_t begin, int64_t end) {
    for (int64_t strip = begin; strip < end; strip++) {
      const int64_t row = strip / columnStrips * kDotSide, column = strip % columnStrips * kDotSide;
      const int rows = static_cast<int>(std::min<int64_t>(kDotSide, p.M - row));
      const int columns = static_cast<int>(std::min<int64_t>(kDotSide, p.N - column));
      const Tile<T> tile = {p.a.data + row * p.a.ld,
                            p.a.ld,
                            p.b.data + column * p.b.ld,
                            p.b.ld,
                            nullptr,
                            p.c + row * p.ldc + column,
                            p.ldc,
                            p.options.bias == nullptr ? nullptr : p.options.bias + column,
                            p.K,
                            columns,
                            p.options.accumulate};
      dotsFunction<T>(rows, columns)(tile);
    }
  });
}

/**
 * Few columns, which would leave most of their vectors empty, of operands that both lie with K as their rows: the
 * transpose of the product has many columns, and reads both where they lie.
 */
template <class T>
void multiplyTurned(const Product<T>& p) {
  T* const turned = scratch<T>(Scratch::turned, p.M * p.N);
  multiplyFewRows<T>({turned, p.M, {p.b.data, p.b.ld, true}, {p.a.data, p.a.ld}, nullptr, p.N, p.M, p.K, {}});
  for (int64_t i = 0; i < p.M; i++) {
    for (int64_t j = 0; j < p.N; j++) p.c[i * p.ldc + j] = turned[j * p.M + i];
  }
}

/** Whether multiplyTurned wins: it saves a tenth of the multiply-adds and has enough of them to pay for its copy. */
template <class T>
LUTRA_INLINE bool turns(const Product<T>& p) {
  constexpr int64_t kWidth = TileShape<T>::kWidth;
  const auto padded = [](int64_t n) { return (n + kWidth - 1) / kWidth * kWidth; };
  return p.packedB == nullptr && p.a.transposed && !p.b.transposed && p.N <= TileShape<T>::kColumns && p.K >= 64 &&
         p.options.bias == nullptr && !p.options.accumulate && 10 * padded(p.N) * p.M > 11 * p.N * padded(p.M);
}

/**
 * Whether several threads do better with blocks of rows where few rows would let them share columns: for those, one
 * thread packs A while the others wait, and then all read it from its cache. Blocks of rows make each thread pack B.
 */
template <class T>
LUTRA_INLINE bool sharesRows(const Product<T>& p) {
  using S = TileShape<T>;
  if (p.packedB != nullptr || runsAlone()) return false;
  const int64_t threads = numThreads(), parts = std::min<int64_t>(threads, p.M / S::kRows);
  const int64_t strips = (p.N + S::kColumns - 1) / S::kColumns;
  if (parts < 2 || parts < std::min(threads, strips)) return false;
  return p.b.transposed ? p.N <= 4 * p.M : p.N <= 16 * p.M && ownsB<T>(p.N * blockDepth<T>(p.K));
}

/**
 * Whether rows are few: all of A then stays packed in the core's own cache while B goes by, panel after panel. An A
 * that doesn't fit (64 rows of 100,000: the gradient of hidden states whose logits are many) would be read from memory
 * anew for each panel. Several threads share it, and have sharesRows to decide.
 */
template <class T>
LUTRA_INLINE bool hasFewRows(const Product<T>& p) {
  if (p.M > 64 && (p.M > 256 || p.N < 4 * p.M)) return false;
  if (!runsAlone() || p.packedB != nullptr) return true;
  const int64_t own = cacheSizes().l2 > 0 ? cacheSizes().l2 : 512 << 10;
  return p.M * p.K * static_cast<int64_t>(sizeof(T)) <= own - own / 4;
}

/** K = 0: only what is added. */
template <class T>
void multiplyNothing(const Product<T>& p) {
  for (int64_t i = 0; i < p.M; i++) {
    T* const row = p.c + i * p.ldc;
    for (int64_t j = 0; j < p.N; j++) {
      const T bias = p.options.bias == nullptr ? T(0) : p.options.bias[j];
      row[j] = p.options.accumulate ? row[j] + bias : bias;
    }
  }
}

template <class T>
void multiply(const Product<T>& p) {
  if (p.M <= 0 || p.N <= 0) return;
  if (p.K <= 0) return multiplyNothing(p);
  if (p.N == 1 && p.packedB == nullptr && !p.b.transposed && p.b.ld == 1) {
    // A vector is its own transpose.
    Product<T> same = p;
    same.b = {p.b.data, p.K, true};
    return multiply(same);
  }
  const bool dots = p.packedB == nullptr && !p.a.transposed && p.b.transposed;
  if (dots && (p.M <= kDotSide || p.N <= kDotSide)) return multiplyAsDots(p);
  if (turns(p)) return multiplyTurned(p);
  if (hasFewRows(p) && !sharesRows(p)) return multiplyFewRows(p);
  if (p.N <= TileShape<T>::kColumns) {
    return p.a.transposed ? multiplyFewColumns<T, true>(p) : multiplyFewColumns<T, false>(p);
  }
  multiplyBlocks(p);
}

template <class T>
void multiplyBatches(const Product<T>& first, const MatmulBatch& batch) {
  const int64_t batches = batch.count();
  const auto run = [&](int64_t begin, int64_t end) {
    Product<T> p = first;
    for (int64_t i = begin; i < end; i++) {
      int64_t c = 0, a = 0, b = 0, rest = i;
      for (int d = batch.dims - 1; d >= 0; d--) {
        const int64_t place = rest % batch.sizes[d];
        rest /= batch.sizes[d];
        c += place * batch.stridesC[d];
        a += place * batch.stridesA[d];
        b += place * batch.stridesB[d];
      }
      p.c = first.c + c;
      p.a.data = first.a.data + a;
      p.b.data = first.b.data + b;
      multiply(p);
    }
  };
  // Many products are shared out whole; of a few, each uses all threads.
  if (batches >= 2 * numThreads()) {
    parallelFor(batches, grainFor(first.M * first.N * first.K), run);
  } else {
    run(0, batches);
  }
}

template <class T>
int64_t packedElements(int64_t N, int64_t K) {
  constexpr int64_t kColumns = TileShape<T>::kColumns;
  return (N + kColumns - 1) / kColumns * kColumns * K;
}

template <class T>
void packMatrix(T* packed, const Matrix<T>& b, int64_t N, int64_t K) {
  constexpr int64_t kColumns = TileShape<T>::kColumns;
  parallelFor((N + kColumns - 1) / kColumns, grainFor(kColumns * K), [&](int64_t begin, int64_t end) {
    for (int64_t panel = begin; panel < end; panel++) {
      const int64_t column = panel * kColumns;
      packPanel(packed + column * K, b, column, static_cast<int>(std::min(kColumns, N - column)), 0, K);
    }
  });
}

template <class T>
void columnSums(T* out, const T* a, int64_t lda, int64_t M, int64_t N, bool accumulate) {
  using V = Vec<T>;
  constexpr int64_t kWidth = 4 * V::W;
  // Rows are added up in blocks, so that long columns keep their precision.
  constexpr int64_t kBlock = 256;
  parallelFor((N + kWidth - 1) / kWidth, 1 + (1 << 15) / (std::max<int64_t>(M, 1) * kWidth),
              [&](int64_t begin, int64_t end) {
                for (int64_t column = begin * kWidth; column < std::min(end * kWidth, N); column += V::W) {
                  const int n = static_cast<int>(std::min<int64_t>(V::W, N - column));
                  V total = accumulate ? V::loadN(out + column, n) : V::zero();
                  for (int64_t row = 0; row < M; row += kBlock) {
                    V block = V::zero();
                    const int64_t last = std::min(row + kBlock, M);
                    for (int64_t i = row; i < last; i++) block = block + V::loadN(a + i * lda + column, n);
                    total = total + block;
                  }
                  total.storeN(out + column, n);
                }
              });
}

}  // namespace lutra::LUTRA_NS
