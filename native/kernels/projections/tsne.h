// t-SNE by Barnes and Hut's tree (van der Maaten 2014), in 1, 2 or 3 dimensions.
//
// With q_ij = 1 / (1 + ‖y_i - y_j‖²) and Z the sum of all q_ij, the gradient at y_i is
// 4 Σ_j p_ij q_ij (y_i - y_j) - 4 / Z Σ_j q_ij² (y_i - y_j). The first sum has the neighbours; the second comes from
// the tree, for some points at once that are near each other. Each point's sums are its own: threads change nothing.
#pragma once

#include <cstdint>

#include "simd/kernel.h"

namespace lutra {

namespace tsne {

/** Points that walk through the tree together. */
constexpr int64_t kTogether = 16;

/** A cell, its points' mean and number; those below it follow it, and `next` is the first that does not. */
struct Cell {
  float center[3];
  float mass;
  float squaredWidth;
  int32_t next;
  int32_t begin, end;  // the points of a leaf, by their places in the order; both 0 for others
};
static_assert(sizeof(Cell) == 32, "a cell is eight numbers of an array");

/** The tree over points in the order of Morton's curve. */
struct Tree {
  Cell* cells;       // room for 2 · points
  int32_t* order;    // [points]
  float* positions;  // [points rounded up to kTogether, dims]: blocks of [dims, kTogether]
  int64_t points;
  int dims;
};

/** Makes the tree of y [points, dims] and returns the number of its cells. Any y will do; what is not finite lies at 0.
 */
int64_t build(const Tree& tree, const float* y);

/** Lists of neighbours, as graph.h joins them: row i's lies at [i k + starts[i], ends[i]). */
struct Affinities {
  const int32_t* indices;
  const float* values;
  const int32_t* starts;
  const int32_t* ends;
  int64_t k, size, points;
};

/** How a point moves: sums of steps, as momentum, and gains (Jacobs 1988). */
struct Motion {
  float learningRate, momentum, exaggeration, inverseZ;
};

}  // namespace tsne

/**
 * For rows of squared distances [rows, k]: probabilities p_j = exp(-β d_j) / Σ, β such that their entropy is the
 * logarithm of `perplexity` (to 1e-5, by at most 100 halvings), as scikit-learn finds them.
 */
LUTRA_KERNEL(perplexityRows, void(T* p, const T* squares, int64_t rows, int64_t k, double perplexity));

/**
 * For places [begin, end) of the tree's order, begin a multiple of kTogether: forces [points, dims] = Σ q² (y_i - y_j)
 * and sums [points] = Σ q over all others, at the points' own rows. A cell of width w at distance d counts as one point
 * where w < angle · d.
 */
LUTRA_KERNEL(tsneRepulsion,
             void(T* forces, T* sums, const tsne::Tree& tree, int64_t cells, double angle, int64_t begin, int64_t end));

/**
 * For points [begin, end): the gradient from the neighbours and the forces; gains and steps [points, dims] are brought
 * up to date. Positions y stay as they are.
 */
LUTRA_KERNEL(tsneSteps, void(T* steps, T* gains, const T* y, const T* forces, const tsne::Affinities& p, int dims,
                             const tsne::Motion& motion, int64_t begin, int64_t end));

/** costs [points]: Σ_j p_ij log(p_ij Z / q_ij) for points [begin, end). */
LUTRA_KERNEL(tsneCosts,
             void(T* costs, const T* y, const tsne::Affinities& p, int dims, double z, int64_t begin, int64_t end));

}  // namespace lutra
