// Draws the map: its ground, the circle, a track, a displacement, and each source as the shape and colour of its state.

import { colour } from './colours.js';
import { MapGround } from './map-ground.js';
import { MarkLayer } from './mark-layer.js';
import { visible } from './text.js';
import { isSilent } from './shown.js';

const CELL = 3; // pixels: of sources that lie on one another, the one of most concern is drawn
const MOST_NAMES = 40;
const FONT = '12px system-ui, sans-serif';

export class MapPainter {
  constructor(canvas, viewport) {
    this.canvas = canvas;
    this.viewport = viewport;
    this.context = canvas.getContext('2d');
    this.marks = new MarkLayer();
    this.ground = new MapGround(viewport);
  }

  /** Has what is kept drawn anew, with other colours. */
  forgetColours() {
    this.ground.forget();
    this.marks.forgetColours();
  }

  /** Takes the canvas's size, and the screen's pixels. */
  resize() {
    this.ratio = devicePixelRatio;
    this.canvas.width = Math.round(this.viewport.width * this.ratio);
    this.canvas.height = Math.round(this.viewport.height * this.ratio);
    this.ground.resize(this.canvas.width, this.canvas.height, this.ratio);
    this.marks.resize(this.canvas.width, this.canvas.height, this.ratio);
  }

  paint({ sources, selected, track, circle, pending, measure }) {
    const { context, viewport } = this;
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.clearRect(0, 0, viewport.width, viewport.height);
    context.font = FONT;
    this.ground.drawOn(context);
    if (circle) this.circle(circle);
    if (track.length > 1) this.track(track);
    const inSight = this.sources(sources);
    if (inSight.length <= MOST_NAMES) inSight.forEach((source) => source !== selected && this.name(source));
    if (selected?.location) this.selected(selected);
    if (pending) this.cross(pending);
    if (measure) this.measure(measure);
  }

  /** Draws the marks, and returns the sources that are in sight. */
  sources(sources) {
    const { viewport, context } = this;
    const columns = Math.ceil(viewport.width / CELL) + 1;
    const taken = new Uint8Array(columns * (Math.ceil(viewport.height / CELL) + 1));
    const layers = [[], [], [], [], [], []]; // by concern
    for (const source of sources) if (source.location) layers[source.concern].push(source);
    const inSight = [];
    for (const layer of layers) {
      for (const source of layer) {
        const { x, y } = viewport.toScreen(source.location);
        if (x < 0 || y < 0 || x > viewport.width || y > viewport.height) continue;
        const cell = Math.floor(y / CELL) * columns + Math.floor(x / CELL);
        if (taken[cell]) continue;
        taken[cell] = 1;
        inSight.push(source, x, y);
      }
    }
    const drawn = [];
    this.marks.clear();
    for (let i = inSight.length - 3; i >= 0; i -= 3) {
      // the worst on top
      this.marks.add(inSight[i].status, isSilent(inSight[i]), inSight[i + 1], inSight[i + 2]);
      drawn.push(inSight[i]);
    }
    this.marks.drawOn(context, viewport.width, viewport.height);
    return drawn;
  }

  name(source) {
    const { x, y } = this.viewport.toScreen(source.location);
    this.label(visible(source.name, 24), x + 9, y + 4, 'text-quiet');
  }

  selected(source) {
    const { x, y } = this.viewport.toScreen(source.location);
    this.ring(x, y, 10, colour('accent'), 2.5);
    this.label(visible(source.name, 40), x + 14, y + 4, 'text');
  }

  track(points) {
    const { context, viewport } = this;
    context.strokeStyle = colour('accent');
    context.lineWidth = 2;
    context.lineJoin = 'round';
    const places = points.map((point) => viewport.toScreen(point));
    const pieces = 8; // the older, the paler
    for (let piece = 0; piece < pieces; piece++) {
      const part = places.slice(
        Math.floor((piece * places.length) / pieces),
        Math.floor(((piece + 1) * places.length) / pieces) + 1,
      );
      context.globalAlpha = 0.25 + (0.75 * piece) / (pieces - 1);
      context.beginPath();
      part.forEach(({ x, y }) => context.lineTo(x, y));
      context.stroke();
    }
    context.globalAlpha = 1;
    this.ring(places[0].x, places[0].y, 4, colour('accent'), 2);
  }

  circle({ x, y, within }) {
    const { context, viewport } = this;
    const center = viewport.toScreen({ x, y });
    context.fillStyle = colour('circle');
    context.beginPath();
    context.arc(center.x, center.y, within * viewport.scale, 0, 2 * Math.PI);
    context.fill();
    this.ring(center.x, center.y, within * viewport.scale, colour('accent'), 1.5);
    this.cross({ x, y });
  }

  cross(point) {
    const { x, y } = this.viewport.toScreen(point);
    this.context.lineWidth = 2;
    this.line(x - 6, y, x + 6, y, 'accent');
    this.line(x, y - 6, x, y + 6, 'accent');
  }

  measure({ start, end, text }) {
    const [from, to] = [this.viewport.toScreen(start), this.viewport.toScreen(end)];
    this.context.lineWidth = 5;
    this.line(from.x, from.y, to.x, to.y, 'map');
    this.context.lineWidth = 2.5;
    this.line(from.x, from.y, to.x, to.y, 'measure');
    [from, to].forEach(({ x, y }) => this.ring(x, y, 5, colour('measure'), 2.5));
    if (text) this.label(text, (from.x + to.x) / 2 + 10, (from.y + to.y) / 2 - 10, 'measure', 'bold ' + FONT);
  }

  line(x1, y1, x2, y2, name) {
    this.context.strokeStyle = colour(name);
    this.context.beginPath();
    this.context.moveTo(x1, y1);
    this.context.lineTo(x2, y2);
    this.context.stroke();
  }

  ring(x, y, radius, style, width) {
    const { context } = this;
    context.strokeStyle = style;
    context.lineWidth = width;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.stroke();
  }

  label(text, x, y, name, font = FONT) {
    const { context } = this;
    context.font = font;
    context.lineWidth = 4;
    context.lineJoin = 'round';
    context.strokeStyle = colour('map');
    context.strokeText(text, x, y);
    context.fillStyle = colour(name);
    context.fillText(text, x, y);
    context.font = FONT;
  }
}
