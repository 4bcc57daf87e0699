// <ws-chart>: how many sources were in which state over time, with a slider that shows an earlier moment, and a table.

import uPlot from '/webjars/uplot/1.6.30/dist/uPlot.esm.js';
import { json } from '../api.js';
import { colour, onColours } from '../colours.js';
import { h, mark, setText } from '../dom.js';
import { onDraw, requestDraw } from '../draw.js';
import { fleet, link, onLogReplaced } from '../feed.js';
import { go, route } from '../router.js';
import { onSettings, settings } from '../settings.js';
import { byConcern, classOf, statusText } from '../status.js';
import { number } from '../text.js';
import { parse, parseDuration, serverNow, stamp, toText } from '../time.js';
import { TimeSlider } from './time-slider.js';

const VIEWS = ['sources'];
const STEPS = 120;
const RELOAD_AT_LEAST = 5000;
const HEIGHT = 160;
const TABLE_ROWS = 25;
const RANGES = [['10m', '10 min'], ['1h', '1 h'], ['6h', '6 h'], ['1d', '1 d'], ['7d', '7 d']];

class Chart extends HTMLElement {
  connectedCallback() {
    this.range = h('select', { 'aria-label': 'How far the plot reaches back', onchange: () => go({ range: this.range.value, from: null, to: null }, { replace: true }) },
      RANGES.map(([value, text]) => h('option', { value }, text)), this.fixed = h('option', { value: '', hidden: true }, 'as linked'));
    this.plotBox = h('div', { class: 'plot', 'aria-hidden': 'true' });
    this.note = h('p', { class: 'empty', hidden: true });
    this.legend = h('ul', { class: 'legend' });
    this.slider = new TimeSlider(() => this.period());
    this.body = h('tbody');
    this.head = h('tr');
    this.details = h('details', { ontoggle: () => this.drawTable() }, h('summary', {}, 'The same as a table'),
      h('div', { class: 'scroller', tabindex: '0', role: 'group', 'aria-label': 'Sources by state over time' }, h('table', {}, h('thead', {}, this.head), this.body)));
    this.append(h('div', { class: 'toolbar' }, h('h2', {}, 'Over time'), this.range, h('span', { class: 'gap' }), this.legend), this.plotBox, this.note, this.slider, this.details);
    this.snapshots = [];
    new ResizeObserver(() => this.plot?.setSize({ width: this.plotBox.clientWidth, height: HEIGHT })).observe(this.plotBox);
    const anew = () => {
      this.plot?.destroy();
      this.plot = null;
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
    this.fixed.hidden = route.from === null;
    const value = route.from !== null ? '' : route.range;
    if (this.range.value !== value) this.range.value = value;
    this.slider.draw();
    if (link.loaded) this.load();
    const live = route.to === null ? fleet.stateVersion : 0;
    const key = [this.loaded, live, Math.floor(Date.now() / 2000), route.status, route.at].join('|');
    if (key === this.drawn || this.snapshots.length === 0) return;
    this.drawn = key;
    this.drawPlot();
    this.drawTable();
  }

  async load() {
    const { from, to } = this.period();
    const every = Math.max(RELOAD_AT_LEAST, (to - from) / STEPS);
    const key = [route.range, route.from, route.to, route.to === null ? Math.floor(to / every) : ''].join('|');
    if (key === this.asked || this.isLoading) return;
    this.asked = key;
    this.isLoading = true;
    try {
      const query = { from: toText(from), to: toText(to), steps: STEPS };
      const { snapshots } = await json('api/summary', query);
      this.snapshots = (snapshots ?? []).map(({ time, statuses }) => ({ time: parse(time), counts: new Map(statuses.map(({ status, sources }) => [statusText(status), sources])) }));
      this.note.hidden = true;
    } catch (failure) {
      this.note.hidden = false;
      setText(this.note, failure.code === 'OUT_OF_RANGE' ? `That far back, states are not known. ${failure.message}` : `Not loaded: ${failure.message}`);
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
    let below = all.map(() => 0);
    const layers = this.statuses.map((status) => (below = all.map(({ counts }, i) => below[i] + (counts.get(status) ?? 0))));
    const data = [all.map(({ time }) => time / 1000), ...layers.reverse()];
    const names = this.statuses.join();
    if (!this.plot || this.plotted !== names) {
      this.plot?.destroy();
      this.plot = new uPlot(options(this.plotBox.clientWidth, [...this.statuses].reverse()), data, this.plotBox);
      this.plotted = names;
    } else this.plot.setData(data);
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
    this.head.replaceChildren(h('th', { scope: 'col' }, 'Time'), ...this.statuses.map((status) => h('th', { scope: 'col', class: 'number' }, status)));
    this.body.replaceChildren(...shown.map(({ time, counts }) =>
      h('tr', {}, h('th', { scope: 'row' }, stamp(time)), this.statuses.map((status) => h('td', { class: 'number' }, number(counts.get(status) ?? 0))))));
  }
}

// Each layer is drawn from the axis up, over the higher one before it.
function options(width, statuses) {
  const axis = { stroke: colour('text-quiet'), grid: { stroke: colour('grid'), width: 1 }, ticks: { show: false }, font: '12px system-ui, sans-serif' };
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 8, 0, 0],
    ...(settings.utc && { tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'UTC') }),
    scales: { y: { range: (_, low, high) => [0, Math.max(1, high)] } },
    axes: [{ ...axis, size: 28, values: (_, ticks) => ticks.map((tick) => tickText(tick * 1000, ticks)) }, { ...axis, size: 56, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 1e4, 2e4, 5e4, 1e5, 1e6], values: (_, ticks) => ticks.map((tick) => number(tick)) }],
    series: [{}, ...statuses.map((status) => ({ label: status, stroke: colour('map'), width: 1, fill: colour(classOf(status)), points: { show: false } }))],
  };
}

// The time of day to the minute; the date where ticks are days apart.
function tickText(time, ticks) {
  const [date, ofDay] = stamp(time).split(' ');
  return ticks.length > 1 && ticks[1] - ticks[0] >= 86_400 ? date.slice(5) : ofDay.slice(0, 5);
}

customElements.define('ws-chart', Chart);
