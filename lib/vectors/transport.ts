/**
 * The least that it costs to bring amounts from sources to sinks: the transportation problem, by shortest paths through what is
 * left (Edmonds & Karp 1972, with potentials), exactly.
 *
 * @param supply whole numbers, one for each source
 * @param demand whole numbers of the same sum, one for each sink
 * @param cost [source, sink], row after row, none below 0
 */
export function transportCost(supply: readonly number[], demand: readonly number[], cost: Float64Array): number {
  const [n, m] = [supply.length, demand.length];
  const left = supply.slice();
  const wanted = demand.slice();
  const flow = new Float64Array(n * m);
  const [ofSource, ofSink] = [new Float64Array(n), new Float64Array(m)];
  let total = 0;
  for (;;) {
    // Dijkstra over sources and sinks, from all sources that have something left.
    const distance = new Float64Array(n + m).fill(Number.POSITIVE_INFINITY);
    const before = new Int32Array(n + m).fill(-1);
    const done = new Uint8Array(n + m);
    for (let i = 0; i < n; i++) if (left[i] > 0) distance[i] = 0;
    let end = -1;
    for (;;) {
      let at = -1;
      for (let k = 0; k < n + m; k++) if (!done[k] && (at < 0 || distance[k] < distance[at])) at = k;
      if (at < 0 || distance[at] === Number.POSITIVE_INFINITY) break;
      done[at] = 1;
      if (at >= n && wanted[at - n] > 0) {
        end = at;
        break;
      }
      if (at < n) {
        for (let j = 0; j < m; j++) {
          const next = distance[at] + Math.max(0, cost[at * m + j] + ofSource[at] - ofSink[j]);
          if (next < distance[n + j]) {
            distance[n + j] = next;
            before[n + j] = at;
          }
        }
      } else {
        for (let i = 0; i < n; i++) {
          if (flow[i * m + at - n] <= 0) continue;
          const next = distance[at] + Math.max(0, ofSink[at - n] - cost[i * m + at - n] - ofSource[i]);
          if (next < distance[i]) {
            distance[i] = next;
            before[i] = at;
          }
        }
      }
    }
    if (end < 0) return total;
    const reach = distance[end];
    for (let i = 0; i < n; i++) ofSource[i] += Math.min(distance[i], reach);
    for (let j = 0; j < m; j++) ofSink[j] += Math.min(distance[n + j], reach);
    let amount = wanted[end - n];
    let start = end;
    for (let at = end; before[at] >= 0; at = before[at]) {
      if (at < n) amount = Math.min(amount, flow[at * m + before[at] - n]);
      start = before[at];
    }
    amount = Math.min(amount, left[start]);
    for (let at = end; before[at] >= 0; at = before[at]) {
      const edge = at >= n ? before[at] * m + at - n : at * m + before[at] - n;
      flow[edge] += at >= n ? amount : -amount;
      total += (at >= n ? amount : -amount) * cost[edge];
    }
    left[start] -= amount;
    wanted[end - n] -= amount;
  }
}
