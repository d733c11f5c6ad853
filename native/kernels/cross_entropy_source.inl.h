// Cross entropy is built from the passes of softmax; both are compiled for each target.
#include "kernels/softmax.inl.h"
#include "kernels/cross_entropy.inl.h"
