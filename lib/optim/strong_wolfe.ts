import type { Tensor } from '../tensor/tensor.js';

/** A point on the line from where a step begins: t times the direction away. */
export interface LinePoint {
  readonly t: number;
  readonly loss: number;
  /** The gradient there, of all parameters one after the other. */
  readonly gradient: Tensor;
  /** The gradient times the direction. */
  readonly slope: number;
}

export interface LineSearchLimits {
  /** The largest change of a parameter that is too small to go on for. */
  readonly toleranceChange: number;
  /** How often the line may be tried after its first point. */
  readonly maxTries: number;
}

/** How much of the first slope the loss must fall by (Armijo), and how flat the line must become. */
const enoughFall = 1e-4;
const enoughFlat = 0.9;

/**
 * Where the cubic through two points, with their slopes, is least; within bounds, which are the points unless given.
 * Nocedal and Wright, Numerical Optimization (2006), equation 3.59.
 */
function cubicMinimum(a: LinePoint, b: LinePoint, bounds?: readonly [number, number]): number {
  const [least, most] = bounds ?? [Math.min(a.t, b.t), Math.max(a.t, b.t)];
  const [left, right] = a.t <= b.t ? [a, b] : [b, a];
  const middle = a.slope + b.slope - (3 * (a.loss - b.loss)) / (a.t - b.t);
  const square = middle ** 2 - a.slope * b.slope;
  if (!(square >= 0)) return (least + most) / 2;
  const root = Math.sqrt(square);
  const share = (right.slope + root - middle) / (right.slope - left.slope + 2 * root);
  const at = right.t - (right.t - left.t) * share;
  return Math.min(Math.max(at, least), most);
}

/**
 * A point on a line that fulfils the strong Wolfe conditions: the loss has fallen enough for the way, and the line is much
 * flatter than at its start. First the step grows until such a point lies between two tried ones, then those close in
 * on it (Nocedal and Wright, algorithms 3.5 and 3.6), with the steps and limits of PyTorch's `strong_wolfe`.
 *
 * @param evaluate loss, gradient and slope at a distance.
 * @param start the point with t = 0.
 * @param first the first distance to try.
 * @param reach the largest number of the direction.
 * @returns the best point found, and how often `evaluate` was called.
 */
export function strongWolfe(
  evaluate: (t: number) => LinePoint,
  start: LinePoint,
  first: number,
  reach: number,
  { toleranceChange, maxTries }: LineSearchLimits,
): { point: LinePoint; evaluations: number } {
  const isTooHigh = (p: LinePoint) => p.loss > start.loss + enoughFall * p.t * start.slope;
  const isFlat = (p: LinePoint) => Math.abs(p.slope) <= -enoughFlat * start.slope;

  let last = start;
  let current = evaluate(first);
  let tries = 0;
  let between: [LinePoint, LinePoint] | null = null;
  for (; tries < maxTries; tries++) {
    if (isTooHigh(current) || (tries > 1 && current.loss >= last.loss)) between = [last, current];
    else if (isFlat(current)) return { point: current, evaluations: tries + 1 };
    else if (current.slope >= 0) between = [last, current];
    if (between !== null) break;
    const bounds = [current.t + 0.01 * (current.t - last.t), current.t * 10] as const;
    const t = cubicMinimum(last, current, bounds);
    last = current;
    current = evaluate(t);
  }
  between ??= [start, current];

  let low = between[0].loss <= between[1].loss ? 0 : 1;
  let wasNearEdge = false;
  for (; tries < maxTries; tries++) {
    if (Math.abs(between[1].t - between[0].t) * reach < toleranceChange) break;
    const least = Math.min(between[0].t, between[1].t);
    const most = Math.max(between[0].t, between[1].t);
    const margin = 0.1 * (most - least);
    let t = cubicMinimum(between[0], between[1]);
    const nearEdge = Math.min(most - t, t - least) < margin;
    if (nearEdge && (wasNearEdge || t >= most || t <= least)) {
      // Twice at an edge, or on it: the interval would hardly shrink.
      t = Math.abs(t - most) < Math.abs(t - least) ? most - margin : least + margin;
      wasNearEdge = false;
    } else {
      wasNearEdge = nearEdge;
    }
    const tried = evaluate(t);
    const high = 1 - low;
    if (isTooHigh(tried) || tried.loss >= between[low].loss) {
      between[high] = tried;
      low = between[0].loss <= between[1].loss ? 0 : 1;
      continue;
    }
    const found = isFlat(tried);
    if (!found && tried.slope * (between[high].t - between[low].t) >= 0) between[high] = between[low];
    between[low] = tried;
    if (found) {
      tries++;
      break;
    }
  }
  return { point: between[low], evaluations: tries + 1 };
}
