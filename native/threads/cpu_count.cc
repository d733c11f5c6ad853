#include "threads/cpu_count.h"

#include <algorithm>
#include <thread>

#if defined(__linux__)
#include <sched.h>

#include <cstdlib>
#include <fstream>
#include <string>
#endif

namespace lutra {

namespace {

#if defined(__linux__)

constexpr double kUnlimited = 1e9;

// cgroup v2: "max 100000" or "250000 100000" (quota and period in microseconds).
double quotaV2(const std::string& directory) {
  std::ifstream file(directory + "/cpu.max");
  std::string quota;
  double period = 0;
  if (!(file >> quota >> period) || quota == "max" || period <= 0) return kUnlimited;
  const double microseconds = std::atof(quota.c_str());
  return microseconds > 0 ? microseconds / period : kUnlimited;
}

// cgroup v1: two files; a quota of -1 means none.
double quotaV1(const std::string& directory) {
  std::ifstream quotaFile(directory + "/cpu.cfs_quota_us");
  std::ifstream periodFile(directory + "/cpu.cfs_period_us");
  double quota = 0;
  double period = 0;
  if (!(quotaFile >> quota) || !(periodFile >> period) || quota <= 0 || period <= 0) return kUnlimited;
  return quota / period;
}

// A limit holds for the whole subtree, so every ancestor up to the mount point counts. Inside a container the path may
// not exist under the mount, and the mount point itself is the container's group.
double smallestQuota(const std::string& mount, std::string path, double (*quotaOf)(const std::string&)) {
  double smallest = quotaOf(mount);
  while (!path.empty() && path != "/") {
    smallest = std::min(smallest, quotaOf(mount + path));
    path.resize(path.find_last_of('/'));
  }
  return smallest;
}

double cgroupQuota() {
  double smallest = kUnlimited;
  std::ifstream groups("/proc/self/cgroup");
  // Lines are "0::/path" for v2, "4:cpu,cpuacct:/path" for v1.
  for (std::string line; std::getline(groups, line);) {
    const size_t first = line.find(':');
    const size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    const std::string path = line.substr(second + 1);
    if (path.empty() || path[0] != '/') continue;
    if (controllers == ",,") {
      smallest = std::min(smallest, smallestQuota("/sys/fs/cgroup", path, quotaV2));
    } else if (controllers.find(",cpu,") != std::string::npos) {
      smallest = std::min(smallest, smallestQuota("/sys/fs/cgroup/cpu", path, quotaV1));
    }
  }
  return smallest;
}

int coresInAffinityMask() {
  cpu_set_t mask;
  CPU_ZERO(&mask);
  if (sched_getaffinity(0, sizeof(mask), &mask) != 0) return 0;  // more cores than the mask holds
  return CPU_COUNT(&mask);
}

#endif

}  // namespace

int availableCores() {
  int cores = static_cast<int>(std::thread::hardware_concurrency());
#if defined(__linux__)
  const int allowed = coresInAffinityMask();
  if (allowed > 0) cores = allowed;
  const double quota = cgroupQuota();
  if (quota < cores) cores = static_cast<int>(quota);
#endif
  return std::max(1, cores);
}

}  // namespace lutra
