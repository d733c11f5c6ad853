#include "kernels/matmul/tile.inl.h"
#include "kernels/matmul/pack.inl.h"
#include "kernels/matmul/panel.inl.h"
#include "kernels/convolution/signal.inl.h"

namespace lutra::LUTRA_NS::convolution {

/** All of a matrix A [M, K], packed as the blocks of K that multiplyRows takes. */
template <class T>
void packWhole(T* packed, const Matrix<T>& a, int64_t M, int64_t K) {
  const int64_t block = blockDepth<T>(K);
  for (int64_t k0 = 0; k0 < K; k0 += block) packA(packed + k0 * M, a, 0, M, k0, std::min(block, K - k0));
}

/** Columns [first, last) of C = A (+ C), packed by packWhole, times the matrix whose rows begin at `starts`. */
template <class T>
void multiplyRows(const Product<T>& p, const T* packedA, const T* source, const int64_t* starts, int64_t first,
                  int64_t last, const T* bias) {
  constexpr int64_t kColumns = TileShape<T>::kColumns;
  const int64_t block = blockDepth<T>(p.K);
  T* const panel = scratch<T>(Scratch::packedB, block * kColumns);
  for (int64_t column = first; column < last; column += kColumns) {
    const int columns = static_cast<int>(std::min(kColumns, p.N - column));
    for (int64_t i = 0; bias != nullptr && i < p.M; i++) {
      std::fill(p.c + i * p.ldc + column, p.c + i * p.ldc + column + columns, bias[i]);
    }
    for (int64_t k0 = 0; k0 < p.K; k0 += block) {
      const int64_t depth = std::min(block, p.K - k0);
      packRows(panel, source + column, starts + k0, depth, columns);
      multiplyPanel(p, packedA + k0 * p.M, 0, p.M, panel, kColumns, column, k0, depth);
    }
  }
}

template <class T>
int64_t panelsOf(int64_t columns) {
  return (columns + TileShape<T>::kColumns - 1) / TileShape<T>::kColumns;
}

template <class T>
void conv1d(T* out, const T* x, const T* weight, const T* bias, const Conv1dShape& s) {
  constexpr int64_t kColumns = TileShape<T>::kColumns;
  const int64_t M = s.groupOutputs(), N = s.outLength, K = s.rows(), channels = s.groupChannels();
  const Layout layout(s.length, s.padding, s.stride, s.dilation, s.kernel, N);
  T* const packedA = scratch<T>(Scratch::packedA, s.outputs * K);
  for (int64_t g = 0; g < s.groups; g++) packWhole(packedA + g * M * K, {weight + g * M * K, K}, M, K);
  int64_t* const starts = scratch<int64_t>(Scratch::keys, K);
  for (int64_t i = 0; i < K; i++) {
    starts[i] = i / s.kernel * layout.channelSize() + layout.startOf(i % s.kernel);
  }
  // Threads take panels of columns; those of one signal that a thread takes share its layout.
  const int64_t panels = panelsOf<T>(N);
  parallelFor(s.batch * s.groups * panels, grainFor(M * K * kColumns), [&](int64_t begin, int64_t end) {
    T* const buffer = layout.inPlace ? nullptr : scratch<T>(Scratch::states, channels * layout.channelSize());
    for (int64_t i = begin; i < end;) {
      const int64_t item = i / panels, g = item % s.groups, next = std::min(end, (item + 1) * panels);
      const T* const source = layout.lay(buffer, x + item * channels * s.length, channels);
      const Product<T> p = {out + item * M * N, N, {}, {}, nullptr, M, N, K, {nullptr, bias != nullptr}};
      multiplyRows(p, packedA + g * M * K, source, starts, (i - item * panels) * kColumns,
                   std::min(N, (next - item * panels) * kColumns), bias == nullptr ? nullptr : bias + g * M);
      i = next;
    }
  });
}

/** The places of x that agree modulo the stride: each is a convolution of dout with some of the weight's k, reversed.
 */
struct Phase {
  int64_t residue;        // of the places, padding included
  int64_t first, places;  // its places in a signal
  int64_t count;          // how many k: j, j + phases, j + 2 phases, …
  int64_t rows;           // of the matrices of the phases before it

  Phase(const Conv1dShape& s, int64_t phases, int64_t j) {
    residue = j * s.dilation % s.stride;
    const auto up = [&](int64_t n) { return n <= 0 ? -(-n / s.stride) : (n + s.stride - 1) / s.stride; };
    first = up(s.padding - residue);
    places = up(s.padding + s.length - residue) - first;
    count = (s.kernel - j + phases - 1) / phases;
    rows = 0;
    for (int64_t i = 0; i < j; i++) rows += s.groupOutputs() * ((s.kernel - i + phases - 1) / phases);
  }
};

template <class T>
void inputGradient(T* dx, const T* dout, const T* weight, const Conv1dShape& s) {
  constexpr int64_t kColumns = TileShape<T>::kColumns;
  const int64_t M = s.groupChannels(), outputs = s.groupOutputs(), K = outputs * s.kernel;
  const int64_t phases = Layout(s.length, s.padding, s.stride, s.dilation, s.kernel, s.outLength).phases;
  const int64_t reach = (s.kernel - 1) * s.dilation / s.stride;  // places that a k lies ahead, at most
  int64_t first = s.padding / s.stride, beyond = first;
  for (int64_t j = 0; j < phases; j++) {
    const Phase phase(s, phases, j);
    first = std::min(first, phase.first);
    beyond = std::max(beyond, phase.first + phase.places);
  }
  // dout from place first - reach on.
  const Layout layout(s.outLength, reach - first, 1, 1, 1, beyond - first + reach);
  T* const packedA = scratch<T>(Scratch::packedA, s.groups * M * K);
  T* const turned = scratch<T>(Scratch::weights, M * K);
  int64_t* const starts = scratch<int64_t>(Scratch::keys, K);
  for (int64_t j = 0; j < phases; j++) {
    const Phase phase(s, phases, j);
    const int64_t rows = outputs * phase.count;
    for (int64_t g = 0; g < s.groups; g++) {
      for (int64_t c = 0; c < M; c++) {
        const T* from = weight + (g * outputs * M + c) * s.kernel + j;
        T* to = turned + c * rows;
        for (int64_t o = 0; o < outputs; o++, from += M * s.kernel) {
          for (int64_t m = 0; m < phase.count; m++) *to++ = from[m * phases];
        }
      }
      packWhole(packedA + (g * K + phase.rows) * M, {turned, rows}, M, rows);
    }
    for (int64_t i = 0; i < rows; i++) {
      const int64_t k = j + i % phase.count * phases;
      starts[phase.rows + i] =
          i / phase.count * layout.channelSize() + phase.first - first + reach - k * s.dilation / s.stride;
    }
  }
  // With a stride of 1 there is one phase, which is all of dx; else phases are computed apart, then laid into dx.
  const bool whole = s.stride == 1;
  const int64_t panels = whole ? panelsOf<T>(s.length) : 1, width = whole ? kColumns : beyond - first;
  parallelFor(s.batch * s.groups * panels, grainFor(M * K * width), [&](int64_t begin, int64_t end) {
    T* const buffer = layout.inPlace ? nullptr : scratch<T>(Scratch::states, outputs * layout.channelSize());
    T* const apart = whole ? nullptr : scratch<T>(Scratch::partials, M * (beyond - first));
    for (int64_t i = begin; i < end;) {
      const int64_t item = i / panels, g = item % s.groups, next = std::min(end, (item + 1) * panels);
      const T* const source = layout.lay(buffer, dout + item * outputs * s.outLength, outputs);
      T* const out = dx + item * M * s.length;
      if (!whole) std::fill(out, out + M * s.length, T(0));
      for (int64_t j = 0; j < phases; j++) {
        const Phase phase(s, phases, j);
        const int64_t N = phase.places, rows = outputs * phase.count;
        const T* const a = packedA + (g * K + phase.rows) * M;
        if (whole) {
          const Product<T> p = {out, N, {}, {}, nullptr, M, N, rows, {}};
          multiplyRows(p, a, source, starts, (i - item * panels) * kColumns,
                       std::min(N, (next - item * panels) * kColumns), static_cast<const T*>(nullptr));
          continue;
        }
        const Product<T> p = {apart, N, {}, {}, nullptr, M, N, rows, {}};
        multiplyRows(p, a, source, starts + phase.rows, 0, N, static_cast<const T*>(nullptr));
        const int64_t at = phase.first * s.stride + phase.residue - s.padding;
        for (int64_t c = 0; c < M; c++) {
          for (int64_t place = 0; place < N; place++) out[c * s.length + at + place * s.stride] = apart[c * N + place];
        }
      }
      i = next;
    }
  });
}

/** Columns of several signals that are summed over in one go, as [tile][column][row of dout]. */
template <class T>
void packSignals(T* packed, const T* dout, const Conv1dShape& s, int64_t items, int64_t l0, int64_t length) {
  constexpr auto kHeights = std::make_integer_sequence<int, TileShape<T>::kRows>{};
  const RowTiles<T> tiles(s.groupOutputs());
  for (int64_t t = 0; t < tiles.count; t++) {
    const int rows = tiles.rows(t);
    for (int64_t b = 0; b < items; b++) {
      pickPackRows<T>(rows, kHeights)(packed + (tiles.begin(t) * items + b * rows) * length,
                                      dout + (b * s.outputs + tiles.begin(t)) * s.outLength + l0, s.outLength, length);
    }
  }
}

template <class T>
void weightGradient(T* dweight, const T* dout, const T* x, const Conv1dShape& s) {
  constexpr int64_t kColumns = TileShape<T>::kColumns;
  const int64_t M = s.groupOutputs(), N = s.rows(), L = s.outLength;
  if (s.batch == 0) {
    std::fill(dweight, dweight + s.outputs * N, T(0));
    return;
  }
  const Layout layout(s.length, s.padding, s.stride, s.dilation, s.kernel, L);
  int64_t* const starts = scratch<int64_t>(Scratch::keys, N);
  for (int64_t i = 0; i < N; i++) starts[i] = i / s.kernel * layout.channelSize() + layout.startOf(i % s.kernel);
  // What is summed in one go: short signals together, long ones in pieces. Depends on L alone.
  constexpr int64_t kMost = sizeof(T) == 4 ? 512 : 256;
  const int64_t piece = blockDepth<T>(L), together = L >= kMost ? 1 : kMost / L;
  const int64_t panels = panelsOf<T>(N);
  parallelFor(s.groups * panels, grainFor(M * s.batch * L * kColumns), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end;) {
      const int64_t g = i / panels, next = std::min(end, (g + 1) * panels);
      const int64_t from = (i - g * panels) * kColumns, to = std::min(N, (next - g * panels) * kColumns);
      // The channels that columns [from, to) read.
      const int64_t channel = from / s.kernel, channels = (to - 1) / s.kernel + 1 - channel;
      const int64_t size = channels * layout.channelSize();
      T* const buffer = layout.inPlace ? nullptr : scratch<T>(Scratch::states, together * size);
      for (int64_t b = 0; b < s.batch; b += together) {
        const int64_t items = std::min(together, s.batch - b);
        const T* source[kMost];
        for (int64_t t = 0; t < items; t++) {
          const T* const signal = x + ((b + t) * s.channels + g * s.groupChannels() + channel) * s.length;
          source[t] = layout.lay(buffer == nullptr ? buffer : buffer + t * size, signal, channels);
        }
        for (int64_t l0 = 0; l0 < L; l0 += piece) {
          const int64_t length = std::min(piece, L - l0), depth = items * length;
          T* const packedA = scratch<T>(Scratch::packedA, M * depth);
          packSignals(packedA, dout + (b * s.outputs + g * M) * L, s, items, l0, length);
          T* const panel = scratch<T>(Scratch::packedB, depth * kColumns);
          Product<T> p = {dweight + g * M * N, N, {}, {}, nullptr, M, N, depth, {nullptr, b > 0 || l0 > 0}};
          for (int64_t column = from; column < to; column += kColumns) {
            const int columns = static_cast<int>(std::min(kColumns, N - column));
            for (int64_t t = 0; t < items; t++) {
              packColumns(panel + t * length * kColumns, source[t] + l0, starts + column,
                          channel * layout.channelSize(), length, columns);
            }
            multiplyPanel(p, packedA, 0, M, panel, kColumns, column, 0, depth);
          }
        }
      }
      i = next;
    }
  });
}

}  // namespace lutra::LUTRA_NS::convolution
