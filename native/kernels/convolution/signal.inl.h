// Where the signals of a convolution lie, so that a row of the matrix that it is a product with is read as vectors.
namespace lutra::LUTRA_NS::convolution {

/**
 * How a signal lies in memory, and where the matrix's rows begin in it. Padding is written out as zeros. With a stride,
 * places that agree modulo it (a phase) lie side by side; only those phases that some k meets are there.
 */
struct Layout {
  int64_t length;       // of the signal
  int64_t padding;      // zeros before it
  int64_t stride;       // places from one column of the matrix to the next
  int64_t phases;       // phase j holds the places that are j · dilation modulo stride
  int64_t dilation;     // places from one k to the next
  int64_t phaseLength;  // places in each phase
  bool inPlace;         // the signal itself is laid out like this

  Layout(int64_t length_, int64_t padding_, int64_t stride_, int64_t dilation_, int64_t kernel, int64_t columns)
      : length(length_), padding(padding_), stride(stride_), dilation(dilation_) {
    const int64_t period = stride / gcd(stride, dilation);
    phases = std::min(kernel, period);
    phaseLength = columns + (kernel - 1) * dilation / stride;
    inPlace = stride == 1 && padding <= 0 && phaseLength - padding <= length;
  }

  static int64_t gcd(int64_t a, int64_t b) {
    while (b != 0) {
      const int64_t rest = a % b;
      a = b;
      b = rest;
    }
    return a;
  }

  /** Elements from one channel to the next, and from the channel's start to where row k of the matrix begins. */
  int64_t channelSize() const { return inPlace ? length : phases * phaseLength; }
  int64_t startOf(int64_t k) const { return k % phases * phaseLength + k * dilation / stride; }

  /** The signals of `channels` channels, laid out: in `buffer`, which has room for them, or where they are. */
  template <class T>
  const T* lay(T* buffer, const T* x, int64_t channels) const {
    if (inPlace) return x - padding;
    for (int64_t c = 0; c < channels; c++) {
      const T* const in = x + c * length;
      for (int64_t j = 0; j < phases; j++) {
        T* const out = buffer + (c * phases + j) * phaseLength;
        // Place p of the phase is element p · stride + first of the signal.
        const int64_t first = j * dilation % stride - padding;
        const int64_t begin = std::min(phaseLength, first >= 0 ? 0 : (-first + stride - 1) / stride);
        const int64_t last = length - first;
        const int64_t end = std::max(begin, std::min(phaseLength, last <= 0 ? 0 : (last + stride - 1) / stride));
        std::fill(out, out + begin, T(0));
        if (stride == 1) {
          std::copy(in + begin + first, in + end + first, out + begin);
        } else {
          for (int64_t p = begin; p < end; p++) out[p] = in[p * stride + first];
        }
        std::fill(out + end, out + phaseLength, T(0));
      }
    }
    return buffer;
  }
};

/** A panel of the matrix: row k is `columns` <= kColumns elements from starts[k] on, zeros behind. */
template <class T>
void packRows(T* packed, const T* source, const int64_t* starts, int64_t depth, int columns) {
  using V = Vec<T>;
  constexpr int kColumns = TileShape<T>::kColumns;
  if (columns == kColumns) {
    for (int64_t k = 0; k < depth; k++, packed += kColumns) {
      const T* const in = source + starts[k];
      LUTRA_UNROLL
      for (int j = 0; j < kColumns; j += V::W) V::load(in + j).store(packed + j);
    }
    return;
  }
  for (int64_t k = 0; k < depth; k++, packed += kColumns) {
    const T* const in = source + starts[k];
    LUTRA_UNROLL
    for (int j = 0; j < kColumns; j += V::W) {
      const int n = std::max(std::min(columns - j, V::W), 0);
      (n == V::W ? V::load(in + j) : V::loadN(in + j, n)).store(packed + j);
    }
  }
}

/** A panel of the matrix's transpose: [length][kColumns], whose column j is a row, from starts[j] - base on. */
template <class T>
void packColumns(T* packed, const T* source, const int64_t* starts, int64_t base, int64_t length, int columns) {
  using V = Vec<T>;
  constexpr int kColumns = TileShape<T>::kColumns;
  for (int j = 0; j < kColumns; j += V::W) {
    const int width = std::max(std::min(columns - j, V::W), 0);
    for (int64_t l = 0; l < length; l += V::W) {
      const int n = static_cast<int>(std::min<int64_t>(V::W, length - l));
      V v[V::W];
      if (width == V::W && n == V::W) {
        LUTRA_UNROLL
        for (int i = 0; i < V::W; i++) v[i] = V::load(source + (starts[j + i] - base) + l);
      } else {
        for (int i = 0; i < V::W; i++) v[i] = i < width ? V::loadN(source + (starts[j + i] - base) + l, n) : V::zero();
      }
      transpose(v);
      T* const out = packed + l * kColumns + j;
      if (n == V::W) {
        LUTRA_UNROLL
        for (int i = 0; i < V::W; i++) v[i].store(out + i * kColumns);
      } else {
        for (int i = 0; i < n; i++) v[i].store(out + i * kColumns);
      }
    }
  }
}

}  // namespace lutra::LUTRA_NS::convolution
