/**
 * The Q of a QR decomposition with a positive diagonal of R, by Householder reflections (Golub & Van Loan, Matrix
 * Computations, 5.2): orthonormal columns that span what the matrix's columns span.
 *
 * @param a the columns of an m × n matrix, m ≥ n, one after the other; overwritten.
 * @returns the columns of Q, m × n, one after the other.
 */
export function orthonormalColumns(a: Float64Array, m: number, n: number): Float64Array {
  const scales = new Float64Array(n);
  const signs = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    const head = k * m;
    let square = 0;
    for (let i = k; i < m; i++) square += a[head + i] * a[head + i];
    const norm = Math.sqrt(square);
    if (norm === 0) continue;
    // R's diagonal becomes -sign(x0)·norm; the reflection is I - scale·v·vᵀ with v in the place of the column.
    const x0 = a[head + k];
    const diagonal = x0 >= 0 ? -norm : norm;
    signs[k] = Math.sign(diagonal);
    a[head + k] = x0 - diagonal;
    scales[k] = 1 / (norm * (norm + Math.abs(x0)));
    for (let j = k + 1; j < n; j++) reflect(a, head, a, j * m, k, m, scales[k]);
  }
  const q = new Float64Array(m * n);
  for (let j = 0; j < n; j++) {
    q[j * m + j] = signs[j];
    for (let k = j; k >= 0; k--) reflect(a, k * m, q, j * m, k, m, scales[k]);
  }
  return q;
}

/** x -= scale · (v·x) · v over rows k to m, v and x being columns. */
function reflect(v: Float64Array, vHead: number, x: Float64Array, xHead: number, k: number, m: number, scale: number) {
  let dot = 0;
  for (let i = k; i < m; i++) dot += v[vHead + i] * x[xHead + i];
  dot *= scale;
  if (dot === 0) return;
  for (let i = k; i < m; i++) x[xHead + i] -= dot * v[vHead + i];
}
