// <ws-chart>: how many sources were in which state over time, with a slider that shows an earlier moment, and a table.

import { onColours } from '../colours.js';
import { h, mark, setText } from '../dom.js';
import { onDraw, requestDraw } from '../draw.js';
import { fleet, link, onLogReplaced } from '../feed.js';
import { snapshots } from '../history.js';
import { go, route } from '../router.js';
import { onSettings } from '../settings.js';
import { byConcern } from '../status.js';
import { number } from '../text.js';
import { StackedPlot } from '../stacked-plot.js';
import { parseDuration, serverNow, stamp } from '../time.js';
import { TimeSlider } from './time-slider.js';

const VIEWS = ['sources'];
const RELOADS = 120; // in the time that the plot shows
const RELOAD_AT_LEAST = 5000;
const RETRY_AFTER = 5; // seconds
const TABLE_ROWS = 25;
const RANGES = [
  ['10m', '10 min'],
  ['1h', '1 h'],
  ['3h', '3 h'],
  ['12h', '12 h'],
  ['1d', '1 d'],
  ['7d', '7 d'],
];

class Chart extends HTMLElement {
  connectedCallback() {
    this.range = h(
      'select',
      {
        'aria-label': 'How far the plot reaches back',
        onchange: () => go({ range: this.range.value, from: null, to: null }, { replace: true }),
      },
      RANGES.map(([value, text]) => h('option', { value }, text)),
      (this.linked = h('option', { hidden: true })),
    );
    this.plotBox = h('div', { class: 'plot', 'aria-hidden': 'true' });
    this.note = h('p', { class: 'empty', hidden: true });
    this.legend = h('ul', { class: 'legend' });
    this.slider = new TimeSlider(() => this.period());
    this.body = h('tbody');
    this.head = h('tr');
    this.details = h(
      'details',
      { ontoggle: () => this.drawTable() },
      h('summary', {}, 'The same as a table'),
      h(
        'div',
        { class: 'scroller', tabindex: '0', role: 'group', 'aria-label': 'Sources by state over time' },
        h('table', {}, h('thead', {}, this.head), this.body),
      ),
    );
    this.append(
      h('div', { class: 'toolbar' }, h('h2', {}, 'Over time'), this.range, h('span', { class: 'gap' }), this.legend),
      this.plotBox,
      this.note,
      this.slider,
      this.details,
    );
    this.snapshots = [];
    this.plot = new StackedPlot(this.plotBox);
    const anew = () => {
      this.plot.forget();
      this.drawn = '';
      requestDraw();
    };
    onColours(anew);
    onSettings(anew);
    onLogReplaced(() => (this.asked = ''));
    onDraw(() => this.draw());
  }

  /** The times of the plot, in milliseconds. */
  period() {
    const to = route.to ?? serverNow();
    return { from: route.from ?? to - parseDuration(route.range), to };
  }

  draw() {
    if (!VIEWS.includes(route.view)) return;
    this.drawRange();
    this.slider.draw();
    if (link.loaded) this.load();
    const live = route.to === null ? fleet.stateVersion : 0;
    const key = [this.loaded, live, Math.floor(performance.now() / 2000), route.status, route.at].join('|');
    if (key === this.drawn || this.snapshots.length === 0) return;
    this.drawn = key;
    this.drawPlot();
    this.drawTable();
  }

  // A link may have another range, or times of its own.
  drawRange() {
    const value = route.from === null ? route.range : '';
    const isListed = RANGES.some(([listed]) => listed === value);
    this.linked.hidden = isListed;
    if (!isListed) {
      this.linked.value = value;
      setText(this.linked, value || 'as linked');
    }
    if (this.range.value !== value) this.range.value = value;
  }

  async load() {
    const period = this.period();
    const every = Math.max(RELOAD_AT_LEAST, (period.to - period.from) / RELOADS);
    const key = [route.range, route.from, route.to, route.to === null ? Math.floor(period.to / every) : ''].join('|');
    const isRetry = link.state === 'live' && performance.now() >= this.retryAt;
    if ((key === this.asked && !isRetry) || this.isLoading) return;
    this.asked = key;
    this.isLoading = true;
    this.retryAt = Infinity;
    try {
      this.snapshots = await snapshots(period);
      this.note.hidden = true;
    } catch (failure) {
      this.note.hidden = false;
      this.retryAt = performance.now() + (failure.retryAfter || RETRY_AFTER) * 1000;
      setText(this.note, `Not loaded: ${failure.message}`);
    }
    this.isLoading = false;
    this.loaded = key;
    requestDraw();
  }

  drawPlot() {
    const all = this.snapshots.slice();
    if (route.to === null) all.push({ time: serverNow(), counts: new Map(fleet.counts) });
    const found = [...new Set(all.flatMap(({ counts }) => [...counts.keys()]))].sort(byConcern);
    this.statuses = found.filter((status) => route.status.length === 0 || route.status.includes(status));
    this.drawLegend();
    this.plot.show(all, this.statuses, this.period());
  }

  drawLegend() {
    const names = this.statuses.join();
    if (this.legended === names) return;
    this.legended = names;
    this.legend.replaceChildren(...this.statuses.map((status) => h('li', {}, mark(status), status)));
  }

  drawTable() {
    if (!this.details.open || !this.statuses) return;
    const step = Math.max(1, Math.floor(this.snapshots.length / TABLE_ROWS));
    const shown = this.snapshots.filter((_, i) => i % step === 0).reverse();
    this.head.replaceChildren(
      h('th', { scope: 'col' }, 'Time'),
      ...this.statuses.map((status) => h('th', { scope: 'col', class: 'number' }, status)),
    );
    this.body.replaceChildren(
      ...shown.map(({ time, counts }) =>
        h(
          'tr',
          {},
          h('th', { scope: 'row' }, stamp(time)),
          this.statuses.map((status) => h('td', { class: 'number' }, number(counts.get(status) ?? 0))),
        ),
      ),
    );
  }
}

customElements.define('ws-chart', Chart);
