// Target code of further_rules.h.
#include "kernels/optim/apply_rule.inl.h"

namespace lutra::LUTRA_NS {

template <class T, class Options>
struct RuleFor;

template <class T>
struct RuleFor<T, NadamOptions> {
  using V = Vec<T>;
  static constexpr int kStates = 2;
  V gradientRate, averageRate, weight1, beta2, weight2, inverseCorrection, eps, decay;
  bool near, maximize, decoupled, decays;

  explicit RuleFor(const NadamOptions& o)
      : gradientRate(constant<T>(-o.gradientRate)),
        averageRate(constant<T>(-o.averageRate)),
        weight1(constant<T>(1 - o.beta1)),
        beta2(constant<T>(o.beta2)),
        weight2(constant<T>(1 - o.beta2)),
        inverseCorrection(constant<T>(1 / std::sqrt(1 - std::pow(o.beta2, o.step)))),
        eps(constant<T>(o.eps)),
        decay(constant<T>(o.decay)),
        near(std::fabs(1 - o.beta1) < 0.5),
        maximize(o.maximize),
        decoupled(o.decoupled),
        decays(o.decay != (o.decoupled ? 1 : 0)) {}
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
    // PyTorch divides twice, by the same number.
    w = w + fma(gradientRate, g, averageRate * s[0]) / fma(sqrt(s[1]), inverseCorrection, eps);
  }
};

template <class T>
struct RuleFor<T, RadamOptions> {
  using V = Vec<T>;
  static constexpr int kStates = 2;
  V decay, weight1, beta2, weight2, eps, minusStep;
  bool near, maximize, decoupled, decays, rectified;

  explicit RuleFor(const RadamOptions& o)
      : decay(constant<T>(o.decoupled ? 1 - o.lr * o.weightDecay : o.weightDecay)),
        weight1(constant<T>(1 - o.beta1)),
        beta2(constant<T>(o.beta2)),
        weight2(constant<T>(1 - o.beta2)),
        eps(constant<T>(o.eps)),
        near(std::fabs(1 - o.beta1) < 0.5),
        maximize(o.maximize),
        decoupled(o.decoupled),
        decays(o.weightDecay != 0) {
    const double power = std::pow(o.beta2, o.step), correction = 1 - power;
    const double longest = 2 / (1 - o.beta2) - 1, length = longest - 2 * o.step * power / correction;
    double rate = o.lr / (1 - std::pow(o.beta1, o.step));
    rectified = length > 5;
    if (rectified) {
      rate *= std::sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length) * correction);
    }
    minusStep = constant<T>(-rate);
  }
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
    const V step = minusStep * s[0];
    w = w + (rectified ? step / (sqrt(s[1]) + eps) : step);
  }
};

template <class T>
struct RuleFor<T, AdamaxOptions> {
  using V = Vec<T>;
  static constexpr int kStates = 2;
  V decay, weight1, beta2, eps, minusStep;
  bool near, maximize, decays;

  explicit RuleFor(const AdamaxOptions& o)
      : decay(constant<T>(o.weightDecay)),
        weight1(constant<T>(1 - o.beta1)),
        beta2(constant<T>(o.beta2)),
        eps(constant<T>(o.eps)),
        minusStep(constant<T>(-(o.lr / (1 - std::pow(o.beta1, o.step))))),
        near(std::fabs(1 - o.beta1) < 0.5),
        maximize(o.maximize),
        decays(o.weightDecay != 0) {}
  LUTRA_INLINE void operator()(V& w, V g, V* s) const {
    if (maximize) g = neg(g);
    if (decays) g = fma(decay, w, g);
    s[0] = lerp(s[0], g, weight1, near);
    s[1] = maximum(s[1] * beta2, abs(g) + eps);
    w = w + minusStep * s[0] / s[1];
  }
};

template <class T>
struct RuleFor<T, AdadeltaOptions> {
  using V = Vec<T>;
  static constexpr int kStates = 2;
  V decay, rho, weight, eps, minusLr;
  bool maximize, decays;

  explicit RuleFor(const AdadeltaOptions& o)
      : decay(constant<T>(o.weightDecay)),
        rho(constant<T>(o.rho)),
        weight(constant<T>(1 - o.rho)),
        eps(constant<T>(o.eps)),
        minusLr(constant<T>(-o.lr)),
        maximize(o.maximize),
        decays(o.weightDecay != 0) {}
  LUTRA_INLINE void operator()(V& w, V g, V* s) const {
    if (maximize) g = neg(g);
    if (decays) g = fma(decay, w, g);
    s[0] = s[0] * rho + weight * g * g;
    const V delta = sqrt(s[1] + eps) / sqrt(s[0] + eps) * g;
    s[1] = s[1] * rho + weight * delta * delta;
    w = fma(minusLr, delta, w);
  }
};

template <class T>
struct RuleFor<T, AsgdOptions> {
  using V = Vec<T>;
  static constexpr int kStates = 1;
  V decay, shrink, minusEta, mu;
  bool maximize, decays, copies;

  explicit RuleFor(const AsgdOptions& o)
      : decay(constant<T>(o.weightDecay)),
        shrink(constant<T>(1 - o.lambd * o.eta)),
        minusEta(constant<T>(-o.eta)),
        mu(constant<T>(o.mu)),
        maximize(o.maximize),
        decays(o.weightDecay != 0),
        copies(o.mu == 1) {}
  LUTRA_INLINE void operator()(V& w, V g, V* s) const {
    if (maximize) g = neg(g);
    if (decays) g = fma(decay, w, g);
    w = fma(minusEta, g, w * shrink);
    s[0] = copies ? w : s[0] + (w - s[0]) * mu;
  }
};

template <class T>
struct RuleFor<T, RpropOptions> {
  using V = Vec<T>;
  static constexpr int kStates = 2;
  V etaMinus, etaPlus, stepMin, stepMax;
  bool maximize;

  explicit RuleFor(const RpropOptions& o)
      : etaMinus(constant<T>(o.etaMinus)),
        etaPlus(constant<T>(o.etaPlus)),
        stepMin(constant<T>(o.stepMin)),
        stepMax(constant<T>(o.stepMax)),
        maximize(o.maximize) {}
  LUTRA_INLINE void operator()(V& w, V g, V* s) const {
    const V zero = V::zero();
    if (maximize) g = neg(g);
    const V product = g * s[0];  // of gradients so small that it is 0 the sign is 0 too, as in PyTorch
    const auto turned = lt(product, zero);
    const V factor = select(lt(zero, product), etaPlus, select(turned, etaMinus, V::set1(T(1))));
    s[1] = minimum(maximum(s[1] * factor, stepMin), stepMax);
    g = select(turned, zero, g);
    w = w - select(lt(zero, g), s[1], select(lt(g, zero), neg(s[1]), zero));
    s[0] = g;
  }
};

template <class T, class Options>
void furtherDense(T* weight, T* state0, T* state1, const T* gradient, int64_t n, const Options& options) {
  T* const states[] = {state0, state1};
  updateDense(RuleFor<T, Options>(options), weight, states, gradient, n);
}

template <class T, class Options>
void furtherRows(T* weight, T* state0, T* state1, const RowGradient<T>& gradient, const Options& options) {
  T* const states[] = {state0, state1};
  updateRows(RuleFor<T, Options>(options), weight, states, gradient);
}

}  // namespace lutra::LUTRA_NS
