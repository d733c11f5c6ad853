#include "binding/planned_call.h"

namespace lutra::binding {

PlannedCall::PlannedCall(const Args& args, uint32_t id, int64_t count)
    : args_(args), plan_(args.array<double>(0, "plan", 0, count)) {
  if (plan_[0] != static_cast<double>(id)) {
    throw args.error(ErrorKind::range, "plan[0] must be " + std::to_string(id) + ", the mark of this call, got " +
                                           std::to_string(plan_[0]) +
                                           " (are the library and the addon of one version?)");
  }
}

void PlannedCall::refuse(int64_t k) const {
  throw args_.error(ErrorKind::range, "plan[" + std::to_string(k) + "] is no size: " + std::to_string(plan_[k]));
}

}  // namespace lutra::binding
