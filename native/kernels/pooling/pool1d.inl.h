namespace lutra::LUTRA_NS::pooling {

LUTRA_INLINE int64_t grainOf(const Windows& w) { return 1 + 4096 / (w.length + w.outLength + 1); }

// Calls each(row) for all rows.
template <class Each>
void forRows(const Windows& w, Each each) {
  parallelFor(w.rows, grainOf(w), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; row++) each(row);
  });
}

template <class T>
LUTRA_INLINE int64_t largest(const T* x, int64_t begin, int64_t end, int64_t step) {
  int64_t at = begin;
  T best = x[begin];
  for (int64_t t = begin + step; t < end; t += step) {
    const T value = x[t];
    if (value > best || value != value) {
      best = value;
      at = t;
    }
  }
  return at;
}

// The same of a long window without gaps: its largest value first, then where that lies.
template <class T>
int64_t largestOfLong(const T* x, int64_t begin, int64_t end) {
  using V = Vec<T>;
  V a = V::load(x + begin), b = a;
  int64_t t = begin + V::W;
  for (; t + 2 * V::W <= end; t += 2 * V::W) {
    a = maximum(V::load(x + t), a);
    b = maximum(V::load(x + t + V::W), b);
  }
  T lanes[V::W];
  maximum(a, b).store(lanes);
  T best = lanes[0];
  bool orders = best == best;
  const auto take = [&](T value) {
    orders &= value == value;
    if (value > best) best = value;
  };
  for (int i = 1; i < V::W; i++) take(lanes[i]);
  for (; t < end; t++) take(x[t]);
  if (!orders) return largest(x, begin, end, 1);
  // Another thread may be writing: a value that is gone is looked for no further than the window goes.
  for (t = begin; t + 1 < end; t++) {
    if (x[t] == best) break;
  }
  return t;
}

template <class T>
void maxPool(T* out, int32_t* index, const T* x, const Windows& w) {
  forRows(w, [&](int64_t row) {
    const T* const in = x + row * w.length;
    for (int64_t l = 0; l < w.outLength; l++) {
      const int64_t begin = w.begin(l), end = w.end(l);
      if (begin >= end) {
        out[row * w.outLength + l] = -std::numeric_limits<T>::infinity();
        index[row * w.outLength + l] = -1;
        continue;
      }
      const int64_t at = w.dilation == 1 && end - begin >= 3 * Vec<T>::W ? largestOfLong(in, begin, end)
                                                                         : largest(in, begin, end, w.dilation);
      out[row * w.outLength + l] = in[at];
      index[row * w.outLength + l] = static_cast<int32_t>(at);
    }
  });
}

template <class T>
bool maxPoolBackward(T* dx, const T* dy, const int32_t* index, const Windows& w) {
  std::atomic<bool> fits{true};
  forRows(w, [&](int64_t row) {
    T* const out = dx + row * w.length;
    std::fill(out, out + w.length, T(0));
    for (int64_t l = 0; l < w.outLength; l++) {
      const int64_t at = index[row * w.outLength + l];
      if (at == -1) continue;
      if (at < 0 || at >= w.length) {
        fits = false;
      } else {
        out[at] += dy[row * w.outLength + l];
      }
    }
  });
  return fits;
}

// What the sum of window l is divided by, the part of it behind the padding left out.
LUTRA_INLINE int64_t divisor(const Windows& w, int64_t l, bool countPadding) {
  if (countPadding) return std::min(w.last(l), w.length + w.padding) - w.first(l);
  return w.end(l) - w.begin(l);
}

template <class T>
LUTRA_INLINE T windowSum(const T* x, int64_t n) {
  using V = Vec<T>;
  if (n < 2 * V::W) {
    T total = 0;
    for (int64_t t = 0; t < n; t++) total += x[t];
    return total;
  }
  V total = V::zero();
  forEachVector<T>(n, [&](int64_t t, int lanes) { total = total + loadLanes(x + t, lanes); });
  return sum(total);
}

template <class T>
void averagePool(T* out, const T* x, const Windows& w, bool countPadding) {
  forRows(w, [&](int64_t row) {
    for (int64_t l = 0; l < w.outLength; l++) {
      const int64_t begin = w.begin(l), n = w.end(l) - begin;
      out[row * w.outLength + l] =
          n <= 0 ? T(0) : windowSum(x + row * w.length + begin, n) / static_cast<T>(divisor(w, l, countPadding));
    }
  });
}

template <class T>
void averagePoolBackward(T* dx, const T* dy, const Windows& w, bool countPadding) {
  using V = Vec<T>;
  forRows(w, [&](int64_t row) {
    T* const out = dx + row * w.length;
    std::fill(out, out + w.length, T(0));
    for (int64_t l = 0; l < w.outLength; l++) {
      const int64_t begin = w.begin(l), n = w.end(l) - begin;
      if (n <= 0) continue;
      const T share = dy[row * w.outLength + l] / static_cast<T>(divisor(w, l, countPadding));
      if (n < V::W) {
        for (int64_t t = 0; t < n; t++) out[begin + t] += share;
        continue;
      }
      const V shares = V::set1(share);
      forEachVector<T>(n, [&](int64_t t, int lanes) {
        storeLanes(loadLanes(out + begin + t, lanes) + shares, out + begin + t, lanes);
      });
    }
  });
}

}  // namespace lutra::LUTRA_NS::pooling
