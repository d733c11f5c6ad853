// Target code of rules.h.
#include "kernels/optim/apply_rule.inl.h"

namespace lutra::LUTRA_NS {

template <class T>
struct SgdRule {
  using V = Vec<T>;
  static constexpr int kStates = 0;
  V minusLr, decay;
  bool maximize, decays;

  explicit SgdRule(const SgdOptions& o)
      : minusLr(constant<T>(-o.lr)),
        decay(constant<T>(o.weightDecay)),
        maximize(o.maximize),
        decays(o.weightDecay != 0) {}
  LUTRA_INLINE V gradient(V w, V g) const {
    if (maximize) g = neg(g);
    return decays ? fma(decay, w, g) : g;
  }
  LUTRA_INLINE void operator()(V& w, V g, V*) const { w = fma(minusLr, gradient(w, g), w); }
};

template <class T>
struct MomentumRule : SgdRule<T> {
  using V = Vec<T>;
  static constexpr int kStates = 1;
  V momentum, undamped;
  bool nesterov, first;

  explicit MomentumRule(const SgdOptions& o)
      : SgdRule<T>(o),
        momentum(constant<T>(o.momentum)),
        undamped(constant<T>(1 - o.dampening)),
        nesterov(o.nesterov),
        first(o.first) {}
  LUTRA_INLINE void operator()(V& w, V g, V* s) const {
    g = this->gradient(w, g);
    s[0] = first ? g : fma(undamped, g, s[0] * momentum);
    w = fma(this->minusLr, nesterov ? fma(momentum, s[0], g) : s[0], w);
  }
};

template <class T, bool Amsgrad>
struct AdamRule {
  using V = Vec<T>;
  static constexpr int kStates = Amsgrad ? 3 : 2;
  V decay, weight1, beta2, weight2, inverseCorrection, eps, minusStep;
  bool maximize, decays, decoupled, near;

  explicit AdamRule(const AdamOptions& o)
      : decay(constant<T>(o.decoupled ? 1 - o.lr * o.weightDecay : o.weightDecay)),
        weight1(constant<T>(1 - o.beta1)),
        beta2(constant<T>(o.beta2)),
        weight2(constant<T>(1 - o.beta2)),
        inverseCorrection(constant<T>(1 / std::sqrt(1 - std::pow(o.beta2, o.step)))),
        eps(constant<T>(o.eps)),
        minusStep(constant<T>(-(o.lr / (1 - std::pow(o.beta1, o.step))))),
        maximize(o.maximize),
        decays(o.weightDecay != 0),
        decoupled(o.decoupled),
        near(std::fabs(1 - o.beta1) < 0.5) {}
  LUTRA_INLINE void operator()(V& w, V g, V* s) const {
    if (maximize) g = neg(g);
    if (decays) {
      if (decoupled) {
        w = w * decay;
      } else {
        g = fma(decay, w, g);
      }
    }
    s[0] = lerp(s[0], g, weight1, near);
    s[1] = s[1] * beta2 + weight2 * g * g;
    V square = s[1];
    if constexpr (Amsgrad) square = s[2] = maximum(s[2], s[1]);
    // PyTorch divides by the root of the correction. Divisions and roots bound the pass where a parameter is in the
    // cache: a factor instead of one of them saves a quarter, and costs at most the last bit.
    w = w + minusStep * s[0] / fma(sqrt(square), inverseCorrection, eps);
  }
};

template <class T>
struct SparseAdamRule {
  using V = Vec<T>;
  static constexpr int kStates = 2;
  V weight1, weight2, eps, minusStep;
  bool maximize;

  explicit SparseAdamRule(const AdamOptions& o)
      : weight1(constant<T>(1 - o.beta1)),
        weight2(constant<T>(1 - o.beta2)),
        eps(constant<T>(o.eps)),
        minusStep(constant<T>(-(o.lr * std::sqrt(1 - std::pow(o.beta2, o.step)) / (1 - std::pow(o.beta1, o.step))))),
        maximize(o.maximize) {}
  LUTRA_INLINE void operator()(V& w, V g, V* s) const {
    if (maximize) g = neg(g);
    s[0] = s[0] + (g - s[0]) * weight1;
    s[1] = s[1] + (g * g - s[1]) * weight2;
    w = w + minusStep * (s[0] / (sqrt(s[1]) + eps));
  }
};

template <class T>
struct AdagradRule {
  using V = Vec<T>;
  static constexpr int kStates = 1;
  V decay, eps, minusLr;
  bool maximize, decays;

  explicit AdagradRule(const AdagradOptions& o)
      : decay(constant<T>(o.weightDecay)),
        eps(constant<T>(o.eps)),
        minusLr(constant<T>(-(o.lr / (1 + (o.step - 1) * o.lrDecay)))),
        maximize(o.maximize),
        decays(o.weightDecay != 0) {}
  LUTRA_INLINE void operator()(V& w, V g, V* s) const {
    if (maximize) g = neg(g);
    if (decays) g = fma(decay, w, g);
    s[0] = s[0] + g * g;
    w = w + minusLr * g / (sqrt(s[0]) + eps);
  }
};

template <class T, bool Centered, bool Momentum>
struct RmspropRule {
  using V = Vec<T>;
  static constexpr int kStates = 1 + Centered + Momentum;
  V decay, alpha, weight, eps, minusLr, momentum;
  bool maximize, decays, near;

  explicit RmspropRule(const RmspropOptions& o)
      : decay(constant<T>(o.weightDecay)),
        alpha(constant<T>(o.alpha)),
        weight(constant<T>(1 - o.alpha)),
        eps(constant<T>(o.eps)),
        minusLr(constant<T>(-o.lr)),
        momentum(constant<T>(o.momentum)),
        maximize(o.maximize),
        decays(o.weightDecay != 0),
        near(std::fabs(1 - o.alpha) < 0.5) {}
  LUTRA_INLINE void operator()(V& w, V g, V* s) const {
    if (maximize) g = neg(g);
    if (decays) g = fma(decay, w, g);
    s[0] = s[0] * alpha + weight * g * g;
    V square = s[0];
    if constexpr (Centered) {
      s[1] = lerp(s[1], g, weight, near);
      square = square - s[1] * s[1];
    }
    const V root = sqrt(square) + eps;
    if constexpr (Momentum) {
      V& buffer = s[1 + Centered];
      buffer = buffer * momentum + g / root;
      w = fma(minusLr, buffer, w);
    } else {
      w = w + minusLr * g / root;
    }
  }
};

// Calls update(rule) with the rule that the state arrays ask for.
template <class T, class Update>
void withSgdRule(const T* buffer, const SgdOptions& o, Update update) {
  buffer ? update(MomentumRule<T>(o)) : update(SgdRule<T>(o));
}
template <class T, class Update>
void withAdamRule(const T* largest, const AdamOptions& o, Update update) {
  largest ? update(AdamRule<T, true>(o)) : update(AdamRule<T, false>(o));
}
template <class T, class Update>
void withRmspropRule(const T* average, const T* buffer, const RmspropOptions& o, Update update) {
  if (average) {
    buffer ? update(RmspropRule<T, true, true>(o)) : update(RmspropRule<T, true, false>(o));
  } else {
    buffer ? update(RmspropRule<T, false, true>(o)) : update(RmspropRule<T, false, false>(o));
  }
}

template <class T>
void sgdDense(T* weight, T* buffer, const T* gradient, int64_t n, const SgdOptions& options) {
  T* const states[] = {buffer};
  withSgdRule(buffer, options, [&](const auto& rule) { updateDense(rule, weight, states, gradient, n); });
}
template <class T>
void sgdRows(T* weight, T* buffer, const RowGradient<T>& gradient, const SgdOptions& options) {
  T* const states[] = {buffer};
  withSgdRule(buffer, options, [&](const auto& rule) { updateRows(rule, weight, states, gradient); });
}

template <class T>
void adamDense(T* weight, T* average, T* square, T* largest, const T* gradient, int64_t n, const AdamOptions& options) {
  T* const states[] = {average, square, largest};
  withAdamRule(largest, options, [&](const auto& rule) { updateDense(rule, weight, states, gradient, n); });
}
template <class T>
void adamRows(T* weight, T* average, T* square, T* largest, const RowGradient<T>& gradient,
              const AdamOptions& options) {
  T* const states[] = {average, square, largest};
  withAdamRule(largest, options, [&](const auto& rule) { updateRows(rule, weight, states, gradient); });
}
template <class T>
void sparseAdamRows(T* weight, T* average, T* square, const RowGradient<T>& gradient, const AdamOptions& options) {
  T* const states[] = {average, square};
  updateRows(SparseAdamRule<T>(options), weight, states, gradient);
}

template <class T>
void adagradDense(T* weight, T* sum, const T* gradient, int64_t n, const AdagradOptions& options) {
  T* const states[] = {sum};
  updateDense(AdagradRule<T>(options), weight, states, gradient, n);
}
template <class T>
void adagradRows(T* weight, T* sum, const RowGradient<T>& gradient, const AdagradOptions& options) {
  T* const states[] = {sum};
  updateRows(AdagradRule<T>(options), weight, states, gradient);
}

template <class T>
void rmspropDense(T* weight, T* square, T* average, T* buffer, const T* gradient, int64_t n,
                  const RmspropOptions& options) {
  T* const states[] = {square, average ? average : buffer, buffer};
  withRmspropRule(average, buffer, options, [&](const auto& rule) { updateDense(rule, weight, states, gradient, n); });
}
template <class T>
void rmspropRows(T* weight, T* square, T* average, T* buffer, const RowGradient<T>& gradient,
                 const RmspropOptions& options) {
  T* const states[] = {square, average ? average : buffer, buffer};
  withRmspropRule(average, buffer, options, [&](const auto& rule) { updateRows(rule, weight, states, gradient); });
}

}  // namespace lutra::LUTRA_NS
