// <ws-bands>: the states of one source as bands of time, drawn to now, and a table of the same.

import { h, setText, statusLabel, svg } from '../dom.js';
import { isPast, shownTime } from '../shown.js';
import { classOf } from '../status.js';
import { number } from '../text.js';
import { duration, serverNow, shortStamp, stamp, timeStyle, toText } from '../time.js';

const WIDTH = 1000;
const HEIGHT = 36;
const LEAST_WIDTH = 2; // so that a short state in a long time is seen
const TICKS = 5;

export class Bands extends HTMLElement {
  connectedCallback() {
    this.bands = svg('g');
    this.cursor = svg('line', { class: 'cursor', visibility: 'hidden', y1: '0', y2: String(HEIGHT) });
    this.picture = svg(
      'svg',
      { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' },
      this.bands,
      this.cursor,
    );
    this.ticks = h('div', { class: 'ticks', 'aria-hidden': 'true' });
    this.cut = h('p', { class: 'aside', hidden: true });
    this.body = h('tbody');
    const heads = ['State', 'Since', 'Until', 'Lasted', 'Position'].map((title) =>
      h('th', { scope: 'col', class: title === 'Position' ? 'number' : null }, title),
    );
    this.table = h(
      'table',
      {},
      h('caption', { class: 'for-screen-readers' }, 'States, newest first'),
      h('thead', {}, h('tr', {}, heads)),
      this.body,
    );
    this.append(
      h('div', { class: 'picture' }, this.picture, this.ticks),
      this.cut,
      h('div', { class: 'scroller', tabindex: '0', role: 'group', 'aria-label': 'States' }, this.table),
    );
  }

  /**
   * Shows states, newest first: {status, since, until, position}; until is null while a state lasts.
   * @param isCut whether there were older ones
   */
  show(states, isCut = false) {
    this.states = states;
    this.isCut = isCut;
    this.cut.hidden = !isCut;
    setText(this.cut, `The newest ${number(states.length)} states; the command line above has all.`);
    this.writtenAs = timeStyle();
    this.bands.replaceChildren(
      ...states.map(({ status }) =>
        svg('rect', { class: classOf(status), y: '0', height: String(HEIGHT) }, svg('title', {}, status)),
      ),
    );
    this.body.replaceChildren(
      ...states.map(({ status, since, until, position }) =>
        h(
          'tr',
          {},
          h('th', { scope: 'row' }, statusLabel(status)),
          h('td', { title: toText(since) }, shortStamp(since)),
          h('td', {}, until === null ? 'now' : shortStamp(until)),
          h('td'),
          h('td', { class: 'number' }, String(position)),
        ),
      ),
    );
    this.draw();
  }

  /** Draws the states up to now, and the moment that is shown. */
  draw() {
    this.picture.parentElement.hidden = !this.states?.length;
    if (!this.states?.length) return;
    if (this.writtenAs !== timeStyle()) return this.show(this.states, this.isCut);
    const start = this.states.at(-1).since;
    const end = Math.max(serverNow(), this.states[0].since);
    const shown = Math.min(Math.max(start, shownTime()), end);
    const x = (time) => ((time - start) / Math.max(1, end - start)) * WIDTH;
    this.states.forEach(({ since, until }, i) => {
      const rect = this.bands.children[i];
      rect.setAttribute('x', x(since).toFixed(2));
      const width = x(until ?? end) - x(since);
      rect.setAttribute('width', Math.max(LEAST_WIDTH, width).toFixed(2));
      rect.classList.toggle('narrow', width < 2 * LEAST_WIDTH); // its edges would hide it
      setText(this.body.children[i].children[3], duration((until ?? end) - since));
    });
    this.cursor.setAttribute('visibility', isPast() ? 'visible' : 'hidden');
    for (const side of ['x1', 'x2']) this.cursor.setAttribute(side, String(x(shown)));
    this.drawTicks(start, end);
  }

  drawTicks(start, end) {
    while (this.ticks.children.length < TICKS) this.ticks.append(h('span'));
    [...this.ticks.children].forEach((tick, i) => {
      const time = start + ((end - start) * i) / (TICKS - 1);
      setText(tick, i === TICKS - 1 ? 'now' : shortStamp(time));
      tick.title = stamp(time);
    });
  }
}

customElements.define('ws-bands', Bands);
