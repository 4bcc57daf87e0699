// <ws-record-table>: raw records, newest first. Rows are kept: only new records make new ones.

import { h, statusLabel } from '../dom.js';
import { link as here, pointText } from '../router.js';
import { statusText } from '../status.js';
import { visible } from '../text.js';
import { clock, parse, shortStamp, stamp, timeStyle, toText } from '../time.js';

const LONG = 200; // characters of an info that are shown at once

export class RecordTable extends HTMLElement {
  /** @param label what the table has @param withSource whether the records are of several sources */
  constructor(label, withSource) {
    super();
    this.withSource = withSource;
    this.label = label;
    this.records = [];
    this.rows = new Map(); // by position
    this.body = h('tbody');
  }

  connectedCallback() {
    const titles = [
      'Recorded',
      ...(this.withSource ? ['Source'] : []),
      'State',
      'Info',
      'Location',
      'Reported',
      'Seq.',
      'Position',
    ];
    const heads = titles.map((title) => h('th', { scope: 'col', class: title.toLowerCase().replace('.', '') }, title));
    this.append(
      h(
        'div',
        { class: 'scroller', tabindex: '0', role: 'group', 'aria-label': this.label },
        h(
          'table',
          {},
          h('caption', { class: 'for-screen-readers' }, this.label),
          h('thead', {}, h('tr', {}, heads)),
          this.body,
        ),
      ),
    );
  }

  /** Shows records, newest first. Links lead from what is shown now. */
  show(records) {
    if (this.writtenAs !== writtenAs()) this.clear();
    this.writtenAs = writtenAs();
    this.records = records;
    const rows = new Map(
      records.map((record) => [record.position, this.rows.get(record.position) ?? this.row(record)]),
    );
    for (const [position, row] of this.rows) if (!rows.has(position)) row.remove();
    let next = this.body.firstChild;
    for (const row of rows.values()) {
      if (row === next) next = next.nextSibling;
      else this.body.insertBefore(row, next);
    }
    this.rows = rows;
  }

  /** Removes all rows: positions mean other records from now on, or times are written in another way. */
  clear() {
    this.records = [];
    this.rows.clear();
    this.body.replaceChildren();
  }

  /** Shows the same records again if times are written in another way by now. */
  draw() {
    if (this.writtenAs !== writtenAs()) this.show(this.records);
  }

  row(record) {
    const recorded = parse(record.recorded_at);
    const source = h(
      'td',
      { class: 'source' },
      h('a', { href: here({ view: 'source', source: record.source }) }, visible(record.source, 80)),
    );
    return h(
      'tr',
      {},
      h(
        'td',
        { class: 'recorded', title: toText(recorded) },
        this.withSource ? clock(recorded, true) : shortStamp(recorded),
      ),
      this.withSource && source,
      h('td', { class: 'state' }, statusLabel(statusText(record.status))),
      h('td', { class: 'info' }, info(visible(record.info))),
      h('td', { class: 'location' }, record.location ? pointText(record.location) : '–'),
      h('td', { class: 'reported' }, record.reported_at ? stamp(parse(record.reported_at)) : '–'),
      h('td', { class: 'seq' }, String(record.sequence ?? '–')),
      h('td', { class: 'position' }, String(record.position)),
    );
  }
}

// What rows depend on besides their records.
const writtenAs = () => `${timeStyle()} ${location.hash}`;

function info(text) {
  if (text.length <= LONG) return text;
  return h('details', {}, h('summary', {}, text.slice(0, LONG) + '…'), text);
}

customElements.define('ws-record-table', RecordTable);
