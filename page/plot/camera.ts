/** How far away the eye is in 3-D, in units of the points' spread. */
const eyeDistance = 7;

/** From where the points are seen, and how large. */
export class Camera {
  /** What stands in the middle of the picture. */
  target: [number, number, number] = [0, 0, 0];
  /** Pixels of a unit. */
  scale = 100;
  /** Turned about the vertical axis, then tipped; in radians, 0 in 2-D. */
  yaw = 0;
  pitch = 0;
  width = 1;
  height = 1;

  /** The rows of the rotation, [9]. */
  rotation(): Float64Array {
    const [cy, sy, cp, sp] = [Math.cos(this.yaw), Math.sin(this.yaw), Math.cos(this.pitch), Math.sin(this.pitch)];
    return Float64Array.of(cy, 0, -sy, -sp * sy, cp, -sp * cy, cp * sy, sp, cp * cy);
  }

  /**
   * Places points on the screen.
   * @param points [count, 3]
   * @param x, y pixels; a point behind the eye gets NaN
   * @param depth towards the eye, in units
   */
  project(points: Float32Array, x: Float32Array, y: Float32Array, depth: Float32Array): void {
    const [a, b, c, d, e, f, g, h, i] = this.rotation();
    const [tx, ty, tz] = this.target;
    const { scale } = this;
    const [middleX, middleY] = [this.width / 2, this.height / 2];
    for (let k = 0, at = 0; k < x.length; k++, at += 3) {
      const px = points[at] - tx;
      const py = points[at + 1] - ty;
      const pz = points[at + 2] - tz;
      const z = g * px + h * py + i * pz;
      const size = z < eyeDistance ? (scale * eyeDistance) / (eyeDistance - z) : Number.NaN;
      x[k] = middleX + (a * px + b * py + c * pz) * size;
      y[k] = middleY - (d * px + e * py + f * pz) * size;
      depth[k] = z;
    }
  }

  /** Moves what is shown by pixels. */
  pan(dx: number, dy: number): void {
    const [a, b, c, d, e, f] = this.rotation();
    const [x, y] = [-dx / this.scale, dy / this.scale];
    this.target = [this.target[0] + a * x + d * y, this.target[1] + b * x + e * y, this.target[2] + c * x + f * y];
  }

  /** Turns by pixels. */
  turn(dx: number, dy: number): void {
    this.yaw += dx * 0.008;
    this.pitch = Math.max(-Math.PI / 2, Math.min(Math.PI / 2, this.pitch + dy * 0.008));
  }

  /** Zooms; what is at (x, y) stays there. */
  zoom(factor: number, x = this.width / 2, y = this.height / 2): void {
    const scale = Math.max(2, Math.min(2e5, this.scale * factor));
    const [dx, dy] = [x - this.width / 2, y - this.height / 2];
    const by = scale / this.scale - 1;
    this.scale = scale;
    this.pan(-dx * by, -dy * by);
  }

  /** Shows all of the points that `isShown` lets pass, but for the few farthest away. */
  fit(points: Float32Array, isShown: (index: number) => boolean): void {
    const distances: number[] = [];
    const middle = [0, 0, 0];
    let count = 0;
    for (let k = 0; 3 * k < points.length; k++) {
      if (!isShown(k)) continue;
      count++;
      for (let j = 0; j < 3; j++) middle[j] += points[3 * k + j];
    }
    if (count === 0) return;
    this.target = [middle[0] / count, middle[1] / count, middle[2] / count];
    const [tx, ty, tz] = this.target;
    for (let k = 0; 3 * k < points.length; k++) {
      if (isShown(k)) distances.push(Math.hypot(points[3 * k] - tx, points[3 * k + 1] - ty, points[3 * k + 2] - tz));
    }
    distances.sort((p, q) => p - q);
    const radius = distances[Math.floor(0.995 * (count - 1))] || 1;
    this.scale = (0.46 * Math.min(this.width, this.height)) / radius;
  }
}
