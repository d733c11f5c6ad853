// The loss of a projection is built from the passes of softmax; both are compiled for each target.
#include "kernels/losses/softmax.inl.h"
#include "kernels/losses/linear_cross_entropy.inl.h"
