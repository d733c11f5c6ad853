// The same by MPI itself: ELEMENTS MODE.
#include <mpi.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  const int count = std::atoi(argv[1]);
  const bool later = std::string(argv[2]) == "later";
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  std::vector<float> x(static_cast<size_t>(count));
  const int repeats = count > 100000 ? 60 : 3000;
  std::vector<double> times;
  for (int i = 0; i < repeats + 20; i++) {
    MPI_Barrier(MPI_COMM_WORLD);
    const double start = MPI_Wtime();
    if (later) {
      MPI_Request request;
      MPI_Iallreduce(MPI_IN_PLACE, x.data(), count, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD, &request);
      MPI_Wait(&request, MPI_STATUS_IGNORE);
    } else {
      MPI_Allreduce(MPI_IN_PLACE, x.data(), count, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
    }
    if (i >= 20) times.push_back(1e6 * (MPI_Wtime() - start));
  }
  std::sort(times.begin(), times.end());
  if (rank == 0) std::printf("{\"us\": %.1f}\n", times[times.size() / 2]);
  MPI_Finalize();
}
