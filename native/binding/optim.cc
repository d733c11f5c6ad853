// Optimizer updates, one call per parameter, and what gradient clipping needs.
//
// One call per parameter and not one for all of them: typed arrays cost about 50 ns each as arguments and half as much
// again inside a JavaScript array, so a single call that takes them all would be slower than the calls it saves.
#include "kernels/optim/rules.h"

#include "binding/families.h"
#include "binding/row_list.h"
#include "kernels/optim/clip.h"
#include "kernels/rows/indices.h"

namespace lutra::binding {

namespace {

// Codes shared with lib/optim/update.ts.
enum class Rule : int64_t { sgd = 0, adam = 1, sparseAdam = 2, adagrad = 3, rmsprop = 4 };

// Where an update's numbers lie in the plan.
constexpr int64_t kRule = 0, kCount = 1, kRows = 2, kDim = 3, kWeightOffset = 4, kStateOffsets = 5, kValueOffset = 8,
                  kIndexOffset = 9, kOptions = 10, kEveryRow = 20, kValueRows = 21, kSourceOffset = 22,
                  kScaleOffset = 23, kNumbers = 24;

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
void sgd(const Update<T>& u, const Numbers& plan) {
  const SgdOptions o{plan.real(kOptions),     plan.real(kOptions + 1), plan.real(kOptions + 2), plan.real(kOptions + 3),
                     plan.flag(kOptions + 4), plan.flag(kOptions + 5), plan.flag(kOptions + 6)};
  u.byRows ? sgdRows(u.weight, u.state[0], u.rows, o) : sgdDense(u.weight, u.state[0], u.values, u.n, o);
}

template <class T>
void adam(Args& args, const Update<T>& u, const Numbers& plan, bool lazy) {
  const AdamOptions o{plan.real(kOptions),     plan.real(kOptions + 1), plan.real(kOptions + 2),
                      plan.real(kOptions + 3), plan.real(kOptions + 4), plan.real(kOptions + 5),
                      plan.flag(kOptions + 6), plan.flag(kOptions + 7)};
  if (!u.state[0] || !u.state[1]) args.wrongKind(2, "state", "typed array");
  if (lazy) {
    if (!u.byRows) args.wrongKind(6, "indices", "Int32Array");
    sparseAdamRows(u.weight, u.state[0], u.state[1], u.rows, o);
  } else if (u.byRows) {
    adamRows(u.weight, u.state[0], u.state[1], u.state[2], u.rows, o);
  } else {
    adamDense(u.weight, u.state[0], u.state[1], u.state[2], u.values, u.n, o);
  }
}

template <class T>
void adagrad(Args& args, const Update<T>& u, const Numbers& plan) {
  const AdagradOptions o{plan.real(kOptions),     plan.real(kOptions + 1), plan.real(kOptions + 2),
                         plan.real(kOptions + 3), plan.real(kOptions + 4), plan.flag(kOptions + 5)};
  if (!u.state[0]) args.wrongKind(2, "state", "typed array");
  u.byRows ? adagradRows(u.weight, u.state[0], u.rows, o) : adagradDense(u.weight, u.state[0], u.values, u.n, o);
}

template <class T>
void rmsprop(Args& args, const Update<T>& u, const Numbers& plan) {
  const RmspropOptions o{plan.real(kOptions),     plan.real(kOptions + 1), plan.real(kOptions + 2),
                         plan.real(kOptions + 3), plan.real(kOptions + 4), plan.flag(kOptions + 5)};
  if (!u.state[0]) args.wrongKind(2, "state", "typed array");
  if (u.byRows) {
    rmspropRows(u.weight, u.state[0], u.state[1], u.state[2], u.rows, o);
  } else {
    rmspropDense(u.weight, u.state[0], u.state[1], u.state[2], u.values, u.n, o);
  }
}

// (plan, weight, state0 | null, state1 | null, state2 | null, values, indices | null, source | null, scale | null). A
// dense gradient has count * dim values; with indices they, source and scale are a list of rows. Returns the position
// of the first bad index, or -1.
template <class T>
int64_t update(Args& args, const Numbers& plan) {
  const int64_t count = plan.size(kCount), rows = plan.size(kRows), dim = plan.size(kDim);
  const bool byRows = !args.isNullish(6);
  const int64_t values = plan.product(count, dim), n = byRows ? plan.product(rows, dim) : values;
  if (byRows && count > kMaxPositions) args.fail(ErrorKind::range, "more than 2^31 - 1 indices");
  Update<T> u;
  u.n = n;
  u.weight = args.array<T>(1, "weight", plan.size(kWeightOffset), n);
  for (int k = 0; k < 3; k++) {
    u.state[k] = args.optionalArray<T>(static_cast<size_t>(k + 2), "state", plan.size(kStateOffsets + k), n);
  }
  if (byRows) {
    u.rows.list =
        readRowList<T>(args, plan, {5, 7, 8}, {kValueRows, kValueOffset, kSourceOffset, kScaleOffset}, count, dim);
  } else {
    u.values = args.array<T>(5, "values", plan.size(kValueOffset), values);
  }
  const int32_t* const indices = args.optionalArray<int32_t>(6, "indices", plan.size(kIndexOffset), count);
  if (n == 0) return -1;
  u.byRows = byRows;
  if (byRows) {
    const int64_t bad = findBadIndex(indices, count, rows);
    if (bad >= 0) return bad;
    u.rows = {indices, u.rows.list, count, rows, dim, plan.flag(kEveryRow)};
  }
  switch (static_cast<Rule>(plan.size(kRule))) {
    case Rule::sgd:
      sgd(u, plan);
      break;
    case Rule::adam:
      adam(args, u, plan, false);
      break;
    case Rule::sparseAdam:
      adam(args, u, plan, true);
      break;
    case Rule::adagrad:
      adagrad(args, u, plan);
      break;
    case Rule::rmsprop:
      rmsprop(args, u, plan);
      break;
    default:
      args.fail(ErrorKind::range, "there is no such rule");
  }
  return -1;
}

int64_t updateEntry(Args& args) {
  const Numbers plan(args, 0, kNumbers);
  return args.isDouble(1, "weight") ? update<double>(args, plan) : update<float>(args, plan);
}

// (n, offset, p; x)
double sumOfPowersEntry(Args& args) {
  const int64_t n = args.integer(0, "n"), offset = args.integer(1, "offset");
  const double p = args.number(2, "p");
  return args.isDouble(3, "x") ? sumOfPowers(args.array<double>(3, "x", offset, n), n, p)
                               : sumOfPowers(args.array<float>(3, "x", offset, n), n, p);
}

// (n, offset, number; x)
template <void (*floatKernel)(float*, int64_t, double), void (*doubleKernel)(double*, int64_t, double)>
void inPlace(Args& args) {
  const int64_t n = args.integer(0, "n"), offset = args.integer(1, "offset");
  const double number = args.number(2, "number");
  if (args.isDouble(3, "x")) {
    doubleKernel(args.array<double>(3, "x", offset, n), n, number);
  } else {
    floatKernel(args.array<float>(3, "x", offset, n), n, number);
  }
}

}  // namespace

void registerOptim(Napi::Object exports) {
  define<updateEntry>(exports, "updateParameter");
  define<sumOfPowersEntry>(exports, "sumOfPowers");
  define<inPlace<scaleInPlace<float>, scaleInPlace<double>>>(exports, "scaleInPlace");
  define<inPlace<clampInPlace<float>, clampInPlace<double>>>(exports, "clampInPlace");
}

}  // namespace lutra::binding
