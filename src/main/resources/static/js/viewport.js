// Which part of the plane a map shows: y grows upwards, and one scale holds for both axes.

const MARGIN = 32;
const EDGE = 12; // pixels: nearer to the edge, a mark is not well in sight
const WELL = 1.25; // how much larger all could be before they are shown larger
const SMALLEST_SCALE = 1e-8; // pixels per unit: the whole of int32 fits
const LARGEST_SCALE = 40;

export class Viewport {
  width = 0;
  height = 0;
  scale = 1;
  x = 0; // of the middle
  y = 0;

  toScreen(point) {
    return {
      x: this.width / 2 + (point.x - this.x) * this.scale,
      y: this.height / 2 - (point.y - this.y) * this.scale,
    };
  }

  /** The point of the plane, unrounded. */
  toPlane(screen) {
    return {
      x: this.x + (screen.x - this.width / 2) / this.scale,
      y: this.y - (screen.y - this.height / 2) / this.scale,
    };
  }

  pan(dx, dy) {
    this.x -= dx / this.scale;
    this.y += dy / this.scale;
  }

  /** Zooms about a place on the screen, which keeps its point. */
  zoom(factor, about = { x: this.width / 2, y: this.height / 2 }) {
    const kept = this.toPlane(about);
    this.scale = Math.max(SMALLEST_SCALE, Math.min(LARGEST_SCALE, this.scale * factor));
    const moved = this.toPlane(about);
    this.x += kept.x - moved.x;
    this.y += kept.y - moved.y;
  }

  /** Shows all of these points; unless it is to be exact, what shows them well already stays as it is. */
  fit(points, isExact) {
    const { left, right, bottom, top } = bounds(points);
    if (left > right) return;
    const width = Math.max(1, this.width - 2 * MARGIN) / Math.max(10, right - left);
    const height = Math.max(1, this.height - 2 * MARGIN) / Math.max(10, top - bottom);
    const scale = Math.max(SMALLEST_SCALE, Math.min(LARGEST_SCALE, width, height));
    const corners = [this.toScreen({ x: left, y: top }), this.toScreen({ x: right, y: bottom })];
    const isInSight = corners.every(
      ({ x, y }) => x >= EDGE && y >= EDGE && x <= this.width - EDGE && y <= this.height - EDGE,
    );
    if (!isExact && isInSight && scale < this.scale * WELL) return;
    Object.assign(this, { x: (left + right) / 2, y: (bottom + top) / 2, scale });
  }

  /** The distance between lines of a grid: 1, 2 or 5 times a power of ten, and at least so many pixels. */
  gridStep(pixels) {
    const least = pixels / this.scale;
    const power = 10 ** Math.floor(Math.log10(least));
    return Math.max(
      1,
      [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least),
    );
  }
}

function bounds(points) {
  let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const { x, y } of points) {
    left = Math.min(left, x);
    right = Math.max(right, x);
    bottom = Math.min(bottom, y);
    top = Math.max(top, y);
  }
  return { left, right, bottom, top };
}
