// <ws-map>: every source at its location, in the shape and colour of its state; circles and displacements are set on it.

import { onColours } from '../colours.js';
import { h, setText } from '../dom.js';
import { onDraw, requestDraw } from '../draw.js';
import { MapInput } from '../map-input.js';
import { MapPainter } from '../map-painter.js';
import { go, route } from '../router.js';
import { isPast, isSilent, passes, select, selection, shownFleet } from '../shown.js';
import { number, visible } from '../text.js';
import { showTrack, track } from '../track.js';
import { Viewport } from '../viewport.js';
import { MapTools } from './map-tools.js';

const VIEWS = ['sources', 'map', 'source'];
const REACH = 14; // pixels from a click to its source

class FleetMap extends HTMLElement {
  connectedCallback() {
    this.canvas = h('canvas', {
      tabindex: '0',
      role: 'application',
      'aria-label':
        'Map of the sources; arrows move it, plus and minus zoom, 0 shows all. The table of sources has the same locations.',
    });
    this.hint = h('div', { class: 'hint', hidden: true });
    this.noPast = h(
      'p',
      { class: 'no-past', hidden: true },
      'Locations are known of now only, not of earlier moments.',
    );
    this.viewport = new Viewport();
    this.painter = new MapPainter(this.canvas, this.viewport);
    this.isFitted = true; // until the reader moves the map
    this.tools = new MapTools();
    new MapInput(this.canvas, this.viewport, {
      moved: () => this.moved(),
      clicked: (place) => this.click(place),
      pointed: (place) => this.point(place),
      fit: () => this.fit(),
    });
    const zoom = (factor) => () => (this.viewport.zoom(factor), this.moved());
    const button = (text, label, onclick) =>
      h('button', { type: 'button', 'aria-label': label, title: label, onclick }, text);
    this.append(
      h(
        'div',
        { class: 'toolbar' },
        h('h2', {}, 'Map'),
        (this.count = h('span', { class: 'aside' })),
        h('span', { class: 'gap' }),
        ...this.tools.buttons,
        button('+', 'Zoom in', zoom(1.5)),
        button('−', 'Zoom out', zoom(1 / 1.5)),
        button('Fit', 'Fit all sources', () => this.fit()),
      ),
      h('div', { class: 'plane' }, this.canvas, this.hint, this.noPast),
      this.tools.panel,
    );
    new ResizeObserver(() => this.resize()).observe(this.canvas);
    onColours(() => {
      this.painter.forgetColours();
      this.key = '';
      requestDraw();
    });
    onDraw(() => this.draw());
  }

  resize() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    Object.assign(this.viewport, { width, height });
    this.painter.resize();
    this.key = '';
    requestDraw();
  }

  draw() {
    if (!VIEWS.includes(route.view) || this.viewport.width === 0) return;
    showTrack(isPast() ? null : selection.name);
    this.tools.draw();
    this.noPast.hidden = !isPast();
    const { version } = shownFleet();
    const { x, y, scale } = this.viewport;
    const key = [
      version,
      track.version,
      selection.name,
      x,
      y,
      scale,
      Math.floor(performance.now() / 5000),
      location.hash,
      this.tools.version,
    ].join('|');
    if (key === this.key) return;
    this.key = key;
    const sources = isPast()
      ? []
      : [...shownFleet().sources.values()].filter(isOnMap);
    if (this.isFitted) this.viewport.fit(this.fitted(sources), this.isExact);
    this.isExact = false;
    setText(this.count, isPast() ? '' : `${number(sources.length)} with a location`);
    this.painter.paint({
      sources,
      selected: isPast() ? null : shownFleet().sources.get(selection.name),
      track: track.points,
      circle: route.circle,
      ...this.tools.shown(),
    });
    Object.assign(this.canvas.dataset, { drawn: sources.length, track: track.points.length });
  }

  // The page of one source shows where that was; else all are shown.
  fitted(sources) {
    if (route.view === 'source')
      return track.points.length > 0
        ? track.points
        : [shownFleet().sources.get(route.source)?.location].filter(Boolean);
    return [...sources.map(({ location }) => location), ...corners(route.circle)];
  }

  fit() {
    this.isFitted = true;
    this.isExact = true;
    this.key = '';
    requestDraw();
  }

  moved() {
    this.isFitted = false;
    this.hint.hidden = true;
    requestDraw();
  }

  click(place) {
    const found = this.nearest(place);
    const { x, y } = found?.location ?? this.viewport.toPlane(place);
    if (this.tools.takes({ x: int32(x), y: int32(y) })) return;
    if (found && found.name === selection.name) go({ view: 'source', source: found.name });
    else if (route.view !== 'source') select(found?.name ?? null);
    else if (found) go({ source: found.name });
  }

  point(place) {
    const found = place && this.nearest(place);
    this.hint.hidden = !found;
    if (!found) return;
    setText(this.hint, `${visible(found.name, 60)} · ${found.status} · ${found.location.x},${found.location.y}`);
    this.hint.style.transform = `translate(${Math.min(place.x + 12, this.viewport.width - 220)}px, ${place.y + 14}px)`;
  }

  nearest(place) {
    if (isPast()) return null;
    let [best, distance] = [null, REACH];
    for (const source of shownFleet().sources.values()) {
      if (!source.location) continue;
      const at = this.viewport.toScreen(source.location);
      const far = Math.hypot(at.x - place.x, at.y - place.y);
      if (far < distance && isOnMap(source)) [best, distance] = [source, far];
    }
    return best;
  }
}

const isOnMap = (source) => source.location && passes(source) && (!route.silent || isSilent(source));

// Of the square around a circle, if there is one.
function corners(circle) {
  if (!circle) return [];
  const { x, y, within } = circle;
  return [
    { x: x - within, y: y - within },
    { x: x + within, y: y + within },
  ];
}

const int32 = (value) => Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.round(value)));

customElements.define('ws-map', FleetMap);
