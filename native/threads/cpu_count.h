// How many processor cores this process may use.

#pragma once

namespace lutra {

/**
 * Cores the process may run on: its affinity mask (or the machine's cores), lowered to the cgroup's CPU quota where one
 * is set, as in containers. A quota of 2.5 cores counts as 2: a third thread would only be throttled. At least 1.
 */
int availableCores();

}  // namespace lutra
