// <ws-source-list>: the sources in order, silent ones apart. However many there are, only those in sight have rows.

import { h, setAttribute, setText } from '../dom.js';
import { onDraw, requestDraw } from '../draw.js';
import { go, route } from '../router.js';
import { isLoaded, isPast, rows, select, selection, shownFleet } from '../shown.js';
import { number } from '../text.js';
import { SourceRow, COLUMNS, HEIGHT } from './source-row.js';

const VIEWS = ['sources', 'map'];
const SPARE = 4; // rows above and below what is in sight
const QUIET_TIMES = [
  ['1m', '1 min'],
  ['10m', '10 min'],
  ['1h', '1 h'],
  ['1d', '1 d'],
];

class SourceList extends HTMLElement {
  connectedCallback() {
    this.search = h('input', {
      type: 'search',
      'aria-label': 'Find a source',
      placeholder: 'Find a source  /',
      oninput: () => go({ text: this.search.value }, { replace: true }),
    });
    const times = QUIET_TIMES.some(([value]) => value === route.quiet)
      ? QUIET_TIMES
      : [...QUIET_TIMES, [route.quiet, route.quiet]];
    this.quiet = h(
      'select',
      { onchange: () => go({ quiet: this.quiet.value }, { replace: true }) },
      times.map(([value, text]) => h('option', { value }, text)),
    );
    this.clear = h(
      'button',
      { type: 'button', onclick: () => go({ status: [], text: '', circle: null, silent: false }, { replace: true }) },
      'Show all',
    );
    this.count = h('span', { class: 'aside' });
    this.heads = COLUMNS.map(({ key, title, sort }) =>
      h(
        'th',
        { scope: 'col', class: key },
        sort ? h('button', { type: 'button', onclick: () => sortBy(sort) }, title) : title,
      ),
    );
    this.above = spacer();
    this.below = spacer();
    this.body = h('tbody', {}, this.above, this.below);
    this.table = h(
      'table',
      { role: 'grid', 'aria-label': 'Sources' },
      h('thead', {}, h('tr', { 'aria-rowindex': '1' }, this.heads)),
      this.body,
    );
    this.scroller = h(
      'div',
      {
        class: 'scroller',
        tabindex: '0',
        role: 'group',
        'aria-label': 'Sources, j and k move',
        onscroll: requestDraw,
        onkeydown: (event) => this.press(event),
      },
      this.table,
    );
    this.empty = h('p', { class: 'empty', hidden: true });
    this.append(
      h(
        'div',
        { class: 'toolbar' },
        h('h2', {}, 'Sources'),
        this.count,
        this.clear,
        h('span', { class: 'gap' }),
        h('label', { class: 'quiet' }, 'Silent after ', this.quiet),
        this.search,
      ),
      this.scroller,
      this.empty,
    );
    this.pool = [];
    new ResizeObserver(() => {
      this.height = this.scroller.clientHeight;
      requestDraw();
    }).observe(this.scroller);
    onDraw(() => this.draw());
  }

  draw() {
    if (!VIEWS.includes(route.view)) return;
    const { reporting, silent } = rows();
    this.drawToolbar(reporting.length + silent.length);
    const hasHeading = silent.length > 0;
    const count = reporting.length + silent.length + (hasHeading ? 1 : 0);
    // What stands in a row: a source, or the number of those that follow the heading.
    this.at = (i) =>
      i < reporting.length
        ? reporting[i]
        : i === reporting.length && hasHeading
          ? silent.length
          : silent[i - reporting.length - 1];
    this.length = count;
    const first = Math.max(0, Math.min(Math.floor(this.scroller.scrollTop / HEIGHT) - SPARE, count));
    const last = Math.min(count, first + Math.ceil((this.height ?? 0) / HEIGHT) + 2 * SPARE);
    setAttribute(this.table, 'aria-rowcount', String(count + 1));
    this.drawRows(first, last);
    setHeight(this.above, first * HEIGHT);
    setHeight(this.below, (count - last) * HEIGHT);
  }

  drawRows(first, last) {
    while (this.pool.length < last - first) {
      const row = new SourceRow();
      this.pool.push(row);
      this.body.insertBefore(row.element, this.below);
    }
    let active = '';
    this.pool.forEach((row, i) => {
      row.element.hidden = first + i >= last;
      if (first + i >= last) return;
      const shown = this.at(first + i);
      row.draw(shown, first + i + 2);
      if (shown.name === selection.name && shown.name !== undefined) active = row.element.id;
    });
    setAttribute(this.scroller, 'aria-activedescendant', active);
  }

  drawToolbar(passing) {
    const all = shownFleet().sources.size;
    setText(this.count, passing === all ? number(all) : `${number(passing)} of ${number(all)}`);
    this.clear.hidden = passing === all;
    if (document.activeElement !== this.search && this.search.value !== route.text) this.search.value = route.text;
    this.quiet.value = route.quiet;
    this.quiet.parentElement.hidden = isPast();
    this.empty.hidden = passing > 0 || !isLoaded() || all === 0;
    setText(this.empty, 'No source passes these filters.');
    this.classList.toggle('past', isPast());
    this.classList.toggle('near', route.circle !== null && !isPast());
    const [sorted, direction] = [route.sort.replace('-', ''), route.sort.startsWith('-') ? 'descending' : 'ascending'];
    COLUMNS.forEach(
      ({ sort }, i) => sort && setAttribute(this.heads[i], 'aria-sort', sort === sorted ? direction : 'none'),
    );
  }

  focusSearch() {
    this.search.focus();
    this.search.select();
  }

  /** Selects the next source, or the one before, and brings it into sight. */
  move(by) {
    if (!VIEWS.includes(route.view) || !this.length) return;
    const { reporting, silent } = rows();
    const order = [...reporting, ...silent];
    const now = order.findIndex((source) => source.name === selection.name);
    const next = Math.max(0, Math.min(order.length - 1, now < 0 ? 0 : now + by));
    select(order[next].name);
    const top = (next + (next >= reporting.length ? 1 : 0)) * HEIGHT;
    const sight = this.scroller.clientHeight - 2 * HEIGHT;
    if (top < this.scroller.scrollTop) this.scroller.scrollTop = top;
    else if (top > this.scroller.scrollTop + sight) this.scroller.scrollTop = top - sight;
  }

  press(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.move(step);
    else return;
    event.preventDefault();
  }
}

const sortBy = (sort) => go({ sort: route.sort === sort ? `-${sort}` : sort }, { replace: true });
const spacer = () => h('tr', { class: 'spacer', 'aria-hidden': 'true' }, h('td'));

function setHeight(spacer, height) {
  if (spacer.dataset.height === String(height)) return;
  spacer.dataset.height = height;
  spacer.firstChild.style.height = `${height}px`;
  spacer.hidden = height === 0;
}

customElements.define('ws-source-list', SourceList);
