// The general path: blocks of rows, of columns and of K, sized for the caches.
namespace lutra::LUTRA_NS {

/**
 * How many blocks M rows are cut into: several for each thread, so that one that is held up delays the others little,
 * as many for each, and of at least a few tiles.
 */
template <class T>
LUTRA_INLINE int64_t countRowBlocks(int64_t M) {
  constexpr int64_t kRows = TileShape<T>::kRows;
  constexpr int64_t kMostRows = (120 + kRows - 1) / kRows * kRows;
  const int64_t least = (M + kMostRows - 1) / kMostRows, threads = numThreads(), several = 4 * threads;
  if (threads == 1) return least;
  const int64_t wanted = std::max(least, std::min(several, M / (4 * kRows)));
  const int64_t step = wanted > several ? several : threads;
  const int64_t even = (wanted + step - 1) / step * step;
  return M / even >= kRows ? even : std::max(wanted, std::min(threads, M / kRows));
}

/** Whether each of several threads packs a block of B of that many elements for itself. */
template <class T>
LUTRA_INLINE bool ownsB(int64_t elements) {
  return elements <= (1 << 20) / static_cast<int64_t>(sizeof(T));
}

/** Some columns of B in one block of K. */
template <class T>
struct BlockOfB {
  int64_t column, columns, k0, depth;
  const T* panels;  // packed, `stride` apart
  int64_t stride;

  int64_t count() const { return (columns + TileShape<T>::kColumns - 1) / TileShape<T>::kColumns; }
  int64_t columnOf(int64_t panel) const { return column + panel * TileShape<T>::kColumns; }
  int columnsOf(int64_t panel) const {
    return static_cast<int>(std::min<int64_t>(TileShape<T>::kColumns, column + columns - columnOf(panel)));
  }
};

/** Asks for a part of a block of rows of A, which will be packed when the panels at hand are done. */
template <class T>
LUTRA_INLINE void prefetchRows(const Product<T>& p, const BlockOfB<T>& block, int64_t row, int64_t rows, int64_t part) {
  const int64_t parts = block.count(), length = p.a.transposed ? block.depth : rows;
  for (int64_t i = length * part / parts; i < length * (part + 1) / parts; i++) {
    if (p.a.transposed) {
      prefetchRow(p.a.data + (block.k0 + i) * p.a.ld + row, rows);
    } else {
      prefetchRow(p.a.data + (row + i) * p.a.ld + block.k0, block.depth);
    }
  }
}

/** Blocks of rows of A, as many rows each, and the thread that takes them one by one. */
template <class T>
struct RowBlocks {
  const Product<T>& p;
  int64_t blockRows, count;

  int64_t begin(int64_t r) const { return r * blockRows; }
  int64_t rows(int64_t r) const { return std::min(blockRows, p.M - begin(r)); }

  // Block r. `fill`: block.panels where B has yet to be packed there, as the rows go by; else null. `later`: the block
  // of rows after this.
  void multiply(int64_t r, const BlockOfB<T>& block, T* fill, int64_t later) const {
    T* const packedA = scratch<T>(Scratch::packedA, blockRows * block.depth);
    packA(packedA, p.a, begin(r), rows(r), block.k0, block.depth);
    for (int64_t panel = 0; panel < block.count(); panel++) {
      if (later < count) prefetchRows(p, block, begin(later), rows(later), panel);
      const T* b = block.panels + panel * block.stride;
      int64_t ldb = TileShape<T>::kColumns;
      T* copy = nullptr;
      if (fill != nullptr && !p.b.transposed && block.columnsOf(panel) == ldb) {
        copy = fill + panel * block.stride;
        b = p.b.data + block.k0 * p.b.ld + block.columnOf(panel);
        ldb = p.b.ld;
      } else if (fill != nullptr) {
        packPanel(fill + panel * block.stride, p.b, block.columnOf(panel), block.columnsOf(panel), block.k0,
                  block.depth);
      }
      multiplyPanel(p, packedA, begin(r), rows(r), b, ldb, block.columnOf(panel), block.k0, block.depth, copy);
    }
  }
};

/**
 * The general path. For each block of columns and of K threads take blocks of rows, which each packs for itself. A
 * small block of B each thread packs for itself, too, as its first block of rows goes by, so that memory is read while
 * it computes and nobody waits for the others; a large one, which would not fit beside its copies, they pack together
 * first.
 */
template <class T>
void multiplyBlocks(const Product<T>& p) {
  constexpr int64_t kColumns = TileShape<T>::kColumns;
  constexpr int64_t kMostColumns = (sizeof(T) == 4 ? 3072 : 1536) / kColumns * kColumns;
  const int64_t most = blockDepth<T>(p.K), wanted = countRowBlocks<T>(p.M), blockRows = (p.M + wanted - 1) / wanted;
  const RowBlocks<T> rowBlocks = {p, blockRows, (p.M + blockRows - 1) / blockRows};
  const bool alone = runsAlone();
  for (int64_t column = 0; column < p.N; column += kMostColumns) {
    for (int64_t k0 = 0; k0 < p.K; k0 += most) {
      BlockOfB<T> block = {column, std::min(kMostColumns, p.N - column), k0, std::min(most, p.K - k0), nullptr, 0};
      block.stride = kColumns * block.depth;
      const int64_t size = block.count() * block.stride;
      const bool own = p.packedB == nullptr && (alone || ownsB<T>(size));
      if (p.packedB != nullptr) {
        block.stride = kColumns * p.packedK();
        block.panels = p.packedB + column * p.packedK() + k0 * kColumns;
      } else if (!own) {
        T* const shared = scratch<T>(Scratch::packedB, size);
        block.panels = shared;
        parallelFor(block.count(), grainFor(block.stride), [&](int64_t begin, int64_t end) {
          for (int64_t panel = begin; panel < end; panel++) {
            packPanel(shared + panel * block.stride, p.b, block.columnOf(panel), block.columnsOf(panel), k0,
                      block.depth);
          }
        });
      }
      const int64_t grain = grainFor(blockRows * block.columns * block.depth);
      const int64_t threads = alone ? 1 : std::min<int64_t>(numThreads(), (rowBlocks.count + grain - 1) / grain);
      std::atomic<int64_t> taken{0};
      const auto work = [&](int) {
        BlockOfB<T> mine = block;
        T* fill = own ? scratch<T>(Scratch::packedB, size) : nullptr;
        if (own) mine.panels = fill;
        for (int64_t r = taken++; r < rowBlocks.count; r = taken++) {
          rowBlocks.multiply(r, mine, fill, r + threads);
          fill = nullptr;
        }
      };
      if (threads == 1) {
        work(0);
      } else {
        parallelThreads(static_cast<int>(threads), work);
      }
    }
  }
}

}  // namespace lutra::LUTRA_NS
