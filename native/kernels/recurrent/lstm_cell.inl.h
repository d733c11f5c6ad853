// The activations of an LSTM's cell, a vector of cells at a time.
namespace lutra::LUTRA_NS {

template <class T>
struct Cell {
  Vec<T> in, forget, candidate, out, c, squashed, h;
};

// The gates' sums i, f, g, o and c_{t-1} become activations, c_t, tanh(c_t) and h_t.
template <class T>
LUTRA_INLINE void activate(Cell<T>& cell) {
  cell.in = gateSigmoid(cell.in);
  cell.forget = gateSigmoid(cell.forget);
  cell.candidate = tanh(cell.candidate);
  cell.out = gateSigmoid(cell.out);
  cell.c = fma(cell.forget, cell.c, cell.in * cell.candidate);
  cell.squashed = tanh(cell.c);
  cell.h = cell.out * cell.squashed;
}

/** The gradients of the gates' sums and of c_{t-1}, from those of h_t and c_t (in: dc; out: of c_{t-1}). */
template <class T>
struct CellGradient {
  Vec<T> in, forget, candidate, out, c;
};

// `squashed`: tanh(c_t); `before`: c_{t-1}.
template <class T>
LUTRA_INLINE CellGradient<T> cellGradient(Vec<T> in, Vec<T> forget, Vec<T> candidate, Vec<T> out, Vec<T> squashed,
                                          Vec<T> before, Vec<T> dh, Vec<T> dCell) {
  const Vec<T> one = Vec<T>::set1(T(1));
  const Vec<T> dc = fma(dh * out, fnma(squashed, squashed, one), dCell);
  return {dc * candidate * in * (one - in), dc * before * forget * (one - forget),
          dc * in * fnma(candidate, candidate, one), dh * squashed * out * (one - out), dc * forget};
}

}  // namespace lutra::LUTRA_NS
