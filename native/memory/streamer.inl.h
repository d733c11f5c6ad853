// Rows written around the cache, wherever they begin.
namespace lutra::LUTRA_NS {

template <class T>
LUTRA_INLINE void copyRow(T* LUTRA_RESTRICT out, const T* LUTRA_RESTRICT in, int64_t dim) {
  using V = Vec<T>;
  int64_t j = 0;
  for (; j + 4 * V::W <= dim; j += 4 * V::W) {
    const V a = V::load(in + j), b = V::load(in + j + V::W);
    const V c = V::load(in + j + 2 * V::W), d = V::load(in + j + 3 * V::W);
    a.store(out + j);
    b.store(out + j + V::W);
    c.store(out + j + 2 * V::W);
    d.store(out + j + 3 * V::W);
  }
  for (; j + V::W <= dim; j += V::W) V::load(in + j).store(out + j);
  if (j < dim) V::loadN(in + j, static_cast<int>(dim - j)).storeN(out + j, static_cast<int>(dim - j));
}

// Writes a sequence of values around the cache, in whole, aligned cache lines: those that lie within what is appended
// straight from there, those that lie across through a buffer. (All of it through a larger buffer took twice as long:
// the stores came in bursts, behind which the loads had to wait.)
template <class T>
class Streamer {
 public:
  Streamer() = default;
  explicit Streamer(T* out) : out_(out) {
    const auto past = static_cast<int64_t>(reinterpret_cast<uintptr_t>(out) % 64 / sizeof(T));
    ahead_ = past == 0 ? 0 : kLine - past;
  }
  LUTRA_INLINE void append(const T* in, int64_t n) {
    if (ahead_ > 0) {
      const int64_t part = std::min(n, ahead_);
      copyRow(out_, in, part);
      out_ += part;
      in += part;
      n -= part;
      ahead_ -= part;
    }
    if (fill_ > 0) {
      const int64_t part = std::min(n, kLine - fill_);
      copyRow(line_ + fill_, in, part);
      in += part;
      n -= part;
      fill_ += part;
      if (fill_ < kLine) return;
      streamLine(line_, out_);
      out_ += kLine;
    }
    T* out = out_;  // a copy that no vector store can alias, so that it stays in a register
    // Four at a time: a third faster than one by one.
    for (; n >= 4 * kLine; n -= 4 * kLine, in += 4 * kLine, out += 4 * kLine) {
      for (int l = 0; l < 4; l++) streamLine(in + l * kLine, out + l * kLine);
    }
    for (; n >= kLine; n -= kLine, in += kLine, out += kLine) streamLine(in, out);
    if (n > 0) copyRow(line_, in, n);
    out_ = out;
    fill_ = n;
  }
  /** Writes what is left of a line. The caller has to call finishWritingAround() when all of its streams are done. */
  LUTRA_INLINE void finish() { copyRow(out_, line_, fill_); }

 private:
  static constexpr int64_t kLine = 64 / static_cast<int64_t>(sizeof(T));
  static LUTRA_INLINE void streamLine(const T* in, T* out) {
    using V = Vec<T>;
    for (int64_t j = 0; j < kLine; j += V::W) V::load(in + j).stream(out + j);
  }

  T* out_ = nullptr;
  int64_t ahead_ = 0;  // values before the first whole line
  int64_t fill_ = 0;
  alignas(64) T line_[kLine];
};

}  // namespace lutra::LUTRA_NS
