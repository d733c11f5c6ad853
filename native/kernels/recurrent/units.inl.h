// Goes through the units of some rows in one step, forward. A layer says by its `Kind` what a unit is (`Unit`, of
// `kParts` vectors, which `forParts` names one by one), how it is loaded and stored, and what becomes of it.
namespace lutra::LUTRA_NS {

// What is left of several rows behind their last whole vector, `n` values of each from j on, as one vector: the
// activations are most of the work, and a vector that is mostly empty costs as much as a full one.
template <class T, class Kind, class Step>
LUTRA_INLINE void activateTails(const Step& s, int64_t row, int rows, int64_t j, int n) {
  using V = Vec<T>;
  T parts[Kind::kParts][2 * V::W] = {};
  for (int r = 0; r < rows; r++) {
    auto unit = Kind::load(s, row + r, j, n);
    Kind::forParts(unit, [&](int k, V& part) { part.store(parts[k] + r * n); });
  }
  typename Kind::Unit all = {};
  Kind::forParts(all, [&](int k, V& part) { part = V::load(parts[k]); });
  Kind::activate(all);
  Kind::forParts(all, [&](int k, V& part) { part.store(parts[k]); });
  for (int r = 0; r < rows; r++) {
    typename Kind::Unit unit = {};
    Kind::forParts(unit, [&](int k, V& part) { part = V::loadN(parts[k] + r * n, n); });
    Kind::store(s, unit, row + r, j, n);
  }
}

template <class T, class Kind, class Step>
LUTRA_INLINE void activateUnit(const Step& s, int64_t row, int64_t j, int n) {
  auto unit = Kind::load(s, row, j, n);
  Kind::activate(unit);
  Kind::store(s, unit, row, j, n);
}

template <class T, class Kind, class Step>
LUTRA_INLINE void activateRows(const Step& s) {
  constexpr int W = Vec<T>::W;
  const int64_t whole = s.hiddenSize / W * W;
  for (int64_t row = 0; row < s.rows; row++) {
    for (int64_t j = 0; j < whole; j += W) activateUnit<T, Kind>(s, row, j, W);
  }
  if constexpr (W > 1) {
    const int tail = static_cast<int>(s.hiddenSize - whole);
    if (tail == 0) return;
    const int together = Kind::kTailsTogether ? W / tail : 1;
    for (int64_t row = 0; row < s.rows; row += together) {
      if (together > 1) {
        activateTails<T, Kind>(s, row, static_cast<int>(std::min<int64_t>(together, s.rows - row)), whole, tail);
      } else {
        activateUnit<T, Kind>(s, row, whole, tail);
      }
    }
  }
}

}  // namespace lutra::LUTRA_NS
