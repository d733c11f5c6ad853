import { firstDeviation, normalNumbers, positionsByVariance } from './first_positions.js';
import type { Graph } from './graph.js';
import { graphEigenvectors } from './graph_eigenvectors.js';
import type { Points } from './points.js';
import type { Work } from './work.js';

/** More parts than these are not laid out one by one. */
const mostParts = 500;

/** The number of each row's connected part, in order of their first rows, and how many there are. */
function partsOf({ rows, k, starts, ends, indices, weights }: Graph): { parts: Int32Array; count: number } {
  const parts = new Int32Array(rows).fill(-1);
  const waiting = new Int32Array(rows);
  let count = 0;
  for (let first = 0; first < rows; first++) {
    if (parts[first] >= 0) continue;
    let left = 0;
    waiting[left++] = first;
    parts[first] = count;
    while (left > 0) {
      const i = waiting[--left];
      for (let e = i * k + starts[i]; e < ends[i]; e++) {
        const j = indices[e];
        if (parts[j] >= 0 || weights[e] <= 0) continue;
        parts[j] = count;
        waiting[left++] = j;
      }
    }
    count++;
  }
  return { parts, count };
}

/** The rows of a part as a graph of their own. */
function partOf(graph: Graph, rowsOfPart: readonly number[]): Graph {
  const { k, starts, ends, indices, weights } = graph;
  const places = new Map(rowsOfPart.map((row, place) => [row, place]));
  const [own, ownWeights]: [number[], number[]] = [[], []];
  const rows = rowsOfPart.length;
  const [begins, stops] = [new Int32Array(rows + 1), new Int32Array(rows)];
  rowsOfPart.forEach((i, place) => {
    for (let e = i * k + starts[i]; e < ends[i]; e++) {
      const j = places.get(indices[e]);
      if (j === undefined) continue;
      own.push(j);
      ownWeights.push(weights[e]);
    }
    stops[place] = own.length;
    begins[place + 1] = own.length;
  });
  const [list, values] = [Int32Array.from(own), Float32Array.from(ownWeights)];
  return { rows, k: 0, total: own.length, indices: list, weights: values, starts: begins, ends: stops };
}

/** Scaled so that the largest number is `size`. */
function scaleTo(positions: Float32Array, size: number): Float32Array {
  let largest = 0;
  for (const x of positions) largest = Math.max(largest, Math.abs(x));
  if (largest > 0) for (let e = 0; e < positions.length; e++) positions[e] *= size / largest;
  return positions;
}

/** The eigenvectors of a connected graph; where it has too few points for those, any positions. */
function* connectedPositions(op: string, graph: Graph, components: number, seed: number): Work<Float32Array> {
  if (graph.rows <= components + 1) return normalNumbers(graph.rows * components, seed);
  return yield* graphEigenvectors(op, graph, components, seed);
}

/** The means of each part's points. */
function centersOf({ data, dim }: Points, members: readonly (readonly number[])[]): Points {
  const centers = new Float32Array(members.length * dim);
  members.forEach((rows, part) => {
    for (let j = 0; j < dim; j++) {
      let sum = 0;
      for (const i of rows) sum += data[i * dim + j];
      centers[part * dim + j] = sum / rows.length;
    }
  });
  return { data: centers, rows: members.length, dim };
}

/** Half of the distance of each centre from the nearest other. */
function roomOf(centers: Float32Array, components: number): Float64Array {
  const count = centers.length / components;
  return Float64Array.from({ length: count }, (_, a) => {
    let nearest = Number.POSITIVE_INFINITY;
    for (let b = 0; b < count; b++) {
      if (b === a) continue;
      let square = 0;
      for (let c = 0; c < components; c++) square += (centers[a * components + c] - centers[b * components + c]) ** 2;
      nearest = Math.min(nearest, square);
    }
    return Math.max(Math.sqrt(nearest) / 2, 1e-3);
  });
}

/**
 * First positions by the graph's eigenvectors, the largest number of which is 10. The parts of a graph that is not connected are laid out
 * each by itself, about the principal components of their means.
 * @returns [rows, components] row by row
 */
export function* spectralPositions(
  op: string,
  graph: Graph,
  points: Points,
  components: number,
  seed: number,
): Work<Float32Array> {
  const { parts, count } = partsOf(graph);
  yield;
  if (count === 1) return scaleTo(yield* connectedPositions(op, graph, components, seed), 10);
  if (count > mostParts) return scaleTo(yield* positionsByVariance(op, points, components), 10);
  const members: number[][] = Array.from({ length: count }, () => []);
  parts.forEach((part, row) => {
    members[part].push(row);
  });
  const centers = scaleTo(yield* positionsByVariance(op, centersOf(points, members), components), 10);
  // Means that lie in one place leave the parts nowhere to go.
  if (firstDeviation(centers, components) === 0) centers.set(normalNumbers(centers.length, seed));
  const room = roomOf(centers, components);
  const positions = new Float32Array(graph.rows * components);
  for (let part = 0; part < count; part++) {
    const own = yield* connectedPositions(op, partOf(graph, members[part]), components, seed);
    scaleTo(own, room[part]);
    members[part].forEach((row, place) => {
      for (let c = 0; c < components; c++) {
        positions[row * components + c] = centers[part * components + c] + own[place * components + c];
      }
    });
    yield;
  }
  return positions;
}
