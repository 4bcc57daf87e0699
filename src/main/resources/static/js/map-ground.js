// The ground of the map: lines at round numbers. It is kept until another part of the plane is shown.

import { colour } from './colours.js';
import { number } from './text.js';

const LEAST_STEP = 90; // pixels

export class MapGround {
  canvas = new OffscreenCanvas(1, 1);

  constructor(viewport) {
    this.viewport = viewport;
    this.context = this.canvas.getContext('2d');
  }

  /** Takes the size of the screen, in its own pixels; ratio is how many of them make one of the style sheet. */
  resize(width, height, ratio) {
    this.canvas.width = Math.max(1, width);
    this.canvas.height = Math.max(1, height);
    this.ratio = ratio;
    this.forget();
  }

  forget() {
    this.drawn = '';
  }

  drawOn(context) {
    const { x, y, scale, width, height } = this.viewport;
    const shown = [x, y, scale].join();
    if (this.drawn !== shown) this.draw();
    this.drawn = shown;
    context.drawImage(this.canvas, 0, 0, width, height);
  }

  draw() {
    const { context, viewport } = this;
    const { width, height } = viewport;
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    context.font = '12px system-ui, sans-serif';
    context.lineWidth = 1;
    context.fillStyle = colour('text-quiet');
    const step = viewport.gridStep(LEAST_STEP);
    const from = viewport.toPlane({ x: 0, y: height });
    const to = viewport.toPlane({ x: width, y: 0 });
    for (let i = Math.ceil(from.x / step); i * step <= to.x; i++) {
      const at = Math.round(viewport.toScreen({ x: i * step, y: 0 }).x) + 0.5;
      this.line(at, 0, at, height, i);
      context.fillText(number(i === 0 ? 0 : i * step), at + 4, height - 6);
    }
    for (let i = Math.ceil(from.y / step); i * step <= to.y; i++) {
      const at = Math.round(viewport.toScreen({ x: 0, y: i * step }).y) + 0.5;
      this.line(0, at, width, at, i);
      if (at > 16 && at < height - 24) context.fillText(number(i === 0 ? 0 : i * step), 4, at - 4);
    }
  }

  line(x1, y1, x2, y2, i) {
    this.context.strokeStyle = colour(i === 0 ? 'axis' : 'grid');
    this.context.beginPath();
    this.context.moveTo(x1, y1);
    this.context.lineTo(x2, y2);
    this.context.stroke();
  }
}
