// A layer of marks, pixel by pixel: ten thousand of them take a few milliseconds, where a canvas's own calls take sixty.

import { colour } from './colours.js';
import { classOf, shapeOf } from './status.js';

const RADIUS = 5;
const DIM = 0.4;

export class MarkLayer {
  canvas = new OffscreenCanvas(1, 1);
  stamps = new Map();

  /** Takes the size of the screen, in its own pixels; ratio is how many of them make one of the style sheet. */
  resize(width, height, ratio) {
    this.ratio = ratio;
    this.canvas.width = Math.max(1, width);
    this.canvas.height = Math.max(1, height);
    this.image = new ImageData(this.canvas.width, this.canvas.height);
    this.pixels = new Uint32Array(this.image.data.buffer);
    this.stamps.clear();
  }

  /** Has stamps made anew, with other colours. */
  forgetColours() {
    this.stamps.clear();
  }

  clear() {
    this.pixels.fill(0);
  }

  /** Sets a mark on top of those that are there; a dim one is of a silent source. */
  add(status, isDim, x, y) {
    const { size, pixels: stamp } = this.stampOf(status, isDim);
    const { width, height } = this.canvas;
    const left = Math.round(x * this.ratio - size / 2);
    const top = Math.round(y * this.ratio - size / 2);
    for (let row = Math.max(0, -top); row < Math.min(size, height - top); row++) {
      for (let column = Math.max(0, -left); column < Math.min(size, width - left); column++) {
        const pixel = stamp[row * size + column];
        const place = (top + row) * width + left + column;
        // A soft edge softens the ground alone: over another mark it is left out.
        if (pixel && (this.pixels[place] === 0 || pixel >>> 24 >= (isDim ? 127 * DIM : 127)))
          this.pixels[place] = pixel;
      }
    }
  }

  drawOn(context, width, height) {
    this.canvas.getContext('2d').putImageData(this.image, 0, 0);
    context.drawImage(this.canvas, 0, 0, width, height);
  }

  stampOf(status, isDim) {
    const name = classOf(status);
    const key = isDim ? `${name} dim` : name;
    if (!this.stamps.has(key)) this.stamps.set(key, this.stamp(name, shapeOf(status), isDim ? DIM : 1));
    return this.stamps.get(key);
  }

  stamp(name, shape, alpha) {
    const size = Math.ceil(2 * (RADIUS + 2) * this.ratio);
    const context = new OffscreenCanvas(size, size).getContext('2d');
    context.translate(size / 2, size / 2);
    context.scale(RADIUS * this.ratio, RADIUS * this.ratio);
    context.globalAlpha = alpha;
    context.lineWidth = 0.4;
    context.lineJoin = 'round';
    const path = new Path2D(shape);
    context.strokeStyle = colour('map');
    context.stroke(path);
    context.fillStyle = colour(name);
    context.fill(path);
    return { size, pixels: new Uint32Array(context.getImageData(0, 0, size, size).data.buffer) };
  }
}
