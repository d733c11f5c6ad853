// Optimizer updates, one call per parameter, and what gradient clipping needs.
//
// One call per parameter and not one for all of them: typed arrays cost about 50 ns each as arguments and half as much
// again inside a JavaScript array, so a single call that takes them all would be slower than the calls it saves.
#include "kernels/optim/rules.h"

#include "binding/family.h"
#include "binding/planned/optim.h"
#include "binding/row_list.h"
#include "kernels/optim/adafactor.h"
#include "kernels/optim/clip.h"
#include "kernels/optim/further_rules.h"
#include "kernels/rows/indices.h"

namespace lutra::binding {

namespace {

// Codes shared with lib/calls/optim.ts.
enum class Rule : int64_t {
  sgd = 0,
  adam = 1,
  sparseAdam = 2,
  adagrad = 3,
  rmsprop = 4,
  nadam = 5,
  radam = 6,
  adamax = 7,
  adadelta = 8,
  asgd = 9,
  rprop = 10
};

using UpdateCall = Planned<UpdateParameterLayout>;

template <class T>
struct Update {
  T* weight;
  T* state[3];
  const T* values;
  bool byRows;
  int64_t n;
  RowGradient<T> rows;
};

template <class T>
void sgd(const UpdateCall& call, const Update<T>& u) {
  const SgdOptions o{call[call.lr],       call[call.momentum], call[call.dampening], call[call.weightDecay],
                     call[call.nesterov], call[call.maximize], call[call.first]};
  u.byRows ? sgdRows<T>(u.weight, u.state[0], u.rows, o) : sgdDense<T>(u.weight, u.state[0], u.values, u.n, o);
}

template <class T>
void adam(const UpdateCall& call, const Update<T>& u, bool lazy) {
  const AdamOptions o{call[call.lr],          call[call.beta1], call[call.beta2],     call[call.eps],
                      call[call.weightDecay], call[call.step],  call[call.decoupled], call[call.maximize]};
  if (!u.state[0] || !u.state[1]) call.missing(call.state0, "typed array");
  if (lazy) {
    if (!u.byRows) call.missing(call.indices, "Int32Array");
    sparseAdamRows<T>(u.weight, u.state[0], u.state[1], u.rows, o);
  } else if (u.byRows) {
    adamRows<T>(u.weight, u.state[0], u.state[1], u.state[2], u.rows, o);
  } else {
    adamDense<T>(u.weight, u.state[0], u.state[1], u.state[2], u.values, u.n, o);
  }
}

template <class T>
void adagrad(const UpdateCall& call, const Update<T>& u) {
  const AdagradOptions o{call[call.lr],  call[call.lrDecay], call[call.weightDecay],
                         call[call.eps], call[call.step],    call[call.maximize]};
  if (!u.state[0]) call.missing(call.state0, "typed array");
  u.byRows ? adagradRows<T>(u.weight, u.state[0], u.rows, o) : adagradDense<T>(u.weight, u.state[0], u.values, u.n, o);
}

template <class T>
void rmsprop(const UpdateCall& call, const Update<T>& u) {
  const RmspropOptions o{call[call.lr],          call[call.alpha],    call[call.eps],
                         call[call.weightDecay], call[call.momentum], call[call.maximize]};
  if (!u.state[0]) call.missing(call.state0, "typed array");
  if (u.byRows) {
    rmspropRows<T>(u.weight, u.state[0], u.state[1], u.state[2], u.rows, o);
  } else {
    rmspropDense<T>(u.weight, u.state[0], u.state[1], u.state[2], u.values, u.n, o);
  }
}

// An update whose rule has one state or two.
template <class T, class Options>
void further(const UpdateCall& call, const Update<T>& u, int states, const Options& options) {
  if (!u.state[0]) call.missing(call.state0, "typed array");
  if (states > 1 && !u.state[1]) call.missing(call.state1, "typed array");
  if (u.byRows) {
    furtherRows<T>(u.weight, u.state[0], u.state[1], u.rows, options);
  } else {
    furtherDense<T>(u.weight, u.state[0], u.state[1], u.values, u.n, options);
  }
}

template <class T>
void applyFurther(const UpdateCall& call, const Update<T>& u) {
  switch (static_cast<Rule>(call[call.code])) {
    case Rule::nadam:
      return further(
          call, u, 2,
          NadamOptions{call[call.gradientRate], call[call.averageRate], call[call.beta1], call[call.beta2],
                       call[call.eps], call[call.decay], call[call.step], call[call.decoupled], call[call.maximize]});
    case Rule::radam:
      return further(call, u, 2,
                     RadamOptions{call[call.lr], call[call.beta1], call[call.beta2], call[call.eps],
                                  call[call.weightDecay], call[call.step], call[call.decoupled], call[call.maximize]});
    case Rule::adamax:
      return further(call, u, 2,
                     AdamaxOptions{call[call.lr], call[call.beta1], call[call.beta2], call[call.eps],
                                   call[call.weightDecay], call[call.step], call[call.maximize]});
    case Rule::adadelta:
      return further(
          call, u, 2,
          AdadeltaOptions{call[call.lr], call[call.rho], call[call.eps], call[call.weightDecay], call[call.maximize]});
    case Rule::asgd:
      return further(
          call, u, 1,
          AsgdOptions{call[call.eta], call[call.lambd], call[call.mu], call[call.weightDecay], call[call.maximize]});
    case Rule::rprop:
      return further(call, u, 2,
                     RpropOptions{call[call.etaMinus], call[call.etaPlus], call[call.stepMin], call[call.stepMax],
                                  call[call.maximize]});
    default:
      call.fail(ErrorKind::range, "there is no such rule");
  }
}

template <class T>
void apply(const UpdateCall& call, const Update<T>& u) {
  switch (static_cast<Rule>(call[call.code])) {
    case Rule::sgd:
      return sgd(call, u);
    case Rule::adam:
      return adam(call, u, false);
    case Rule::sparseAdam:
      return adam(call, u, true);
    case Rule::adagrad:
      return adagrad(call, u);
    case Rule::rmsprop:
      return rmsprop(call, u);
    default:
      return applyFurther(call, u);
  }
}

int64_t update(Args& args) {
  const UpdateCall call(args);
  const int64_t count = call[call.count], rows = call[call.rows], dim = call[call.dim];
  const bool byRows = call.has(call.indices);
  const int64_t values = call.product(count, dim), n = byRows ? call.product(rows, dim) : values;
  if (byRows && count > kMaxPositions) call.fail(ErrorKind::range, "more than 2^31 - 1 indices");
  return call.withFloat(call.weight, [&](auto zero) -> int64_t {
    using T = decltype(zero);
    Update<T> u;
    u.byRows = byRows;
    u.n = n;
    u.weight = call.array<T>(call.weight, n);
    u.state[0] = call.optional<T>(call.state0, n);
    u.state[1] = call.optional<T>(call.state1, n);
    u.state[2] = call.optional<T>(call.state2, n);
    if (byRows) {
      u.rows.list = readRowList<T>(call, count, dim);
    } else {
      u.values = call.array<T>(call.values, values);
    }
    const int32_t* const indices = call.optional<int32_t>(call.indices, count);
    if (n == 0) return -1;
    if (byRows) {
      const int64_t bad = findBadIndex(indices, count, rows);
      if (bad >= 0) return bad;
      u.rows = {indices, u.rows.list, count, rows, dim, call[call.everyRow]};
    }
    apply(call, u);
    return -1;
  });
}

void adafactor(Args& args) {
  const Planned<AdafactorLayout> call(args);
  const int64_t matrices = call[call.matrices], rows = call[call.rows], columns = call[call.columns];
  const int64_t rowCount = call.product(matrices, rows), n = call.product(rowCount, columns);
  const AdafactorOptions options{call[call.lr],   call[call.share], call[call.step],        call[call.eps1],
                                 call[call.eps2], call[call.d],     call[call.weightDecay], call[call.maximize]};
  const bool isMatrix = call.has(call.rowMeans);
  const int64_t means = isMatrix ? call.product(matrices, columns) : n;
  call.withFloat(call.weight, [&](auto zero) {
    using T = decltype(zero);
    T* const weight = call.array<T>(call.weight, n);
    T* const rowMeans = call.optional<T>(call.rowMeans, rowCount);
    T* const other = call.array<T>(call.means, means);
    const T* const gradient = call.array<T>(call.gradient, n);
    if (isMatrix) {
      adafactorMatrix<T>(weight, rowMeans, other, gradient, matrices, rows, columns, options);
    } else {
      adafactorVector<T>(weight, other, gradient, n, options);
    }
  });
}

// (n, offset, p; x)
double powers(Args& args) {
  const int64_t n = args.integer(0, "n"), offset = args.integer(1, "offset");
  const double p = args.number(2, "p");
  return args.withFloat(3, "x", [&](auto zero) {
    using T = decltype(zero);
    return sumOfPowers<T>(args.array<T>(3, "x", offset, n), n, p);
  });
}

// (n, offset, factor; x)
void scale(Args& args) {
  const int64_t n = args.integer(0, "n"), offset = args.integer(1, "offset");
  const double factor = args.number(2, "number");
  args.withFloat(3, "x", [&](auto zero) {
    using T = decltype(zero);
    scaleInPlace<T>(args.array<T>(3, "x", offset, n), n, factor);
  });
}

// (n, offset, limit; x)
void clamp(Args& args) {
  const int64_t n = args.integer(0, "n"), offset = args.integer(1, "offset");
  const double limit = args.number(2, "number");
  args.withFloat(3, "x", [&](auto zero) {
    using T = decltype(zero);
    clampInPlace<T>(args.array<T>(3, "x", offset, n), n, limit);
  });
}

}  // namespace

static const Family family([](Napi::Object exports) {
  define<update>(exports, "updateParameter");
  define<adafactor>(exports, "adafactor");
  define<powers>(exports, "sumOfPowers");
  define<scale>(exports, "scaleInPlace");
  define<clamp>(exports, "clampInPlace");
});

}  // namespace lutra::binding
