// Moves a map by mouse, touch and keys, and tells clicks from drags.

const CLICK_SLOP = 5; // pixels that a pointer may move and still click
const KEY_STEP = 60;
const KEY_ZOOM = 1.4;

/** Listens to a canvas; calls moved() when its viewport changed, clicked(place) and pointed(place). */
export class MapInput {
  constructor(canvas, viewport, { moved, clicked, pointed, fit }) {
    Object.assign(this, { canvas, viewport, moved, clicked, pointed, fit });
    this.pointers = new Map();
    canvas.addEventListener('pointerdown', (event) => this.press(event));
    canvas.addEventListener('pointermove', (event) => this.move(event));
    canvas.addEventListener('pointerup', (event) => this.release(event));
    canvas.addEventListener('pointercancel', (event) => this.pointers.delete(event.pointerId));
    canvas.addEventListener('pointerleave', () => this.pointed(null));
    canvas.addEventListener('wheel', (event) => this.wheel(event), { passive: false });
    canvas.addEventListener('keydown', (event) => this.key(event));
  }

  place({ clientX, clientY }) {
    const box = this.canvas.getBoundingClientRect();
    return { x: clientX - box.left, y: clientY - box.top };
  }

  press(event) {
    if (event.button !== 0) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, this.place(event));
    if (this.pointers.size === 1) Object.assign(this, { pressedAt: this.place(event), dragged: false });
    else this.dragged = true;
  }

  move(event) {
    const now = this.place(event);
    const before = this.pointers.get(event.pointerId);
    if (!before) return this.pointed(now);
    if (Math.hypot(now.x - this.pressedAt.x, now.y - this.pressedAt.y) > CLICK_SLOP) this.dragged = true;
    if (!this.dragged) return;
    const other = [...this.pointers].find(([id]) => id !== event.pointerId)?.[1];
    if (other) this.pinch(before, now, other);
    else this.viewport.pan(now.x - before.x, now.y - before.y);
    this.pointers.set(event.pointerId, now);
    this.moved();
  }

  pinch(before, now, other) {
    const spread = (place) => Math.max(1, Math.hypot(place.x - other.x, place.y - other.y));
    this.viewport.pan((now.x - before.x) / 2, (now.y - before.y) / 2);
    this.viewport.zoom(spread(now) / spread(before), { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 });
  }

  release(event) {
    if (!this.pointers.delete(event.pointerId)) return;
    if (!this.dragged && this.pointers.size === 0) this.clicked(this.place(event));
  }

  wheel(event) {
    event.preventDefault();
    const pixels = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1);
    this.viewport.zoom(Math.exp(-pixels / 300), this.place(event));
    this.moved();
  }

  key(event) {
    const pans = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    if (pans[event.key]) this.viewport.pan(...pans[event.key].map((way) => way * KEY_STEP));
    else if (event.key === '+' || event.key === '=') this.viewport.zoom(KEY_ZOOM);
    else if (event.key === '-') this.viewport.zoom(1 / KEY_ZOOM);
    else if (event.key === '0') return this.fit();
    else return;
    event.preventDefault();
    this.moved();
  }
}
