// UMAP (McInnes, Healy & Melville 2018): membership of neighbours, the graph's eigenvectors for first positions, and
// the layout.
//
// The layout moves each point by its own edges alone, one after another, while other points stand still; after some
// points (kTogether) all of them move at once. So neither threads nor the order in which they come decide anything. An
// edge, which both of its points have, moves each of them twice where umap-learn moves both ends of it twice.
#pragma once

#include <cstdint>

#include "simd/kernel.h"

namespace lutra {

namespace umap {

/** Points that move at once. */
constexpr int64_t kTogether = 256;

/** Lists of neighbours, as graph.h joins them: row i's lies at [i k + starts[i], ends[i]). */
struct Edges {
  const int32_t* indices;
  const float* weights;
  const int32_t* starts;
  const int32_t* ends;
  int64_t k, size, points;
};

struct Epoch {
  double a, b;       // nearness is 1 / (1 + a d^2b)
  double rate;       // falls from the learning rate to 0
  double repulsion;  // strength
  double scale;      // an edge of weight w is used w · scale times in an epoch, at most once
  int64_t negatives;
  int64_t number;  // from 0
  uint64_t seed;
};

/** A number whose bits all depend on all of x (Steele, Lea & Flood 2014). */
constexpr uint64_t mix(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

}  // namespace umap

/**
 * For rows of distances [rows, k], the nearest first: weights [rows, k] = exp(-max(0, d - ρ) / σ), ρ the least distance
 * above 0, σ such that with the point itself they sum to log2(k + 1), but no less than a thousandth of the mean
 * distance (of `mean`, where there is no ρ).
 */
LUTRA_KERNEL(fuzzyRows, void(T* weights, const T* distances, int64_t rows, int64_t k, double mean));

/**
 * For rows [begin, end) of x [points, width]: out = alpha S x + beta x + gamma previous, S_ij = scales_i w_ij scales_j.
 * out may be previous.
 */
LUTRA_KERNEL(graphProduct, void(T* out, const T* x, const T* previous, const T* scales, const umap::Edges& edges,
                                int64_t width, double alpha, double beta, double gamma, int64_t begin, int64_t end));

/** Moves points [begin, end) of y [points, dims], 1 to 3 dimensions; begin is a multiple of kTogether. */
LUTRA_KERNEL(umapEpoch,
             void(T* y, const umap::Edges& edges, int dims, const umap::Epoch& epoch, int64_t begin, int64_t end));

}  // namespace lutra
