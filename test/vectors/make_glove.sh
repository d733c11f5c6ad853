#!/usr/bin/env bash
# Makes fixtures/glove with GloVe's own programs: make_glove.sh FOLDER, the checkout of github.com/stanfordnlp/GloVe after `make`.
set -euo pipefail
glove=$(realpath "$1")/build
cd "$(dirname "$0")/fixtures/glove"
# Words whose counts differ, so that their order is the same everywhere.
python3 - > text.txt <<'PY'
import random
random.seed(5)
words = [f'w{i}' for i in range(12)]
weights = [1 / (i + 1) for i in range(12)]
lines = [' '.join(random.choices(words, weights, k=random.randint(1, 14))) for _ in range(60)]
print('\n'.join(lines))
PY
"$glove/vocab_count" -min-count 5 -verbose 0 < text.txt > vocabulary.txt
# -max-product: where all pairs lie in its dense table, cooccur adds the first one twice.
for weighting in 0 1; do
  for symmetric in 0 1; do
    "$glove/cooccur" -memory 1 -vocab-file vocabulary.txt -verbose 0 -window-size 4 -max-product 12 -symmetric $symmetric \
      -distance-weighting $weighting < text.txt > "pairs_${symmetric}_${weighting}.bin"
  done
done
