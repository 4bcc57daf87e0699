// One row of the list of sources. It is drawn for whatever source stands there, and touches only what has changed.

import { h, mark, setAttribute, setMark, setText } from '../dom.js';
import { go, link as here, pointText, route } from '../router.js';
import { distanceFrom, isPast, isSilent, select, selection, shownTime } from '../shown.js';
import { number, visible } from '../text.js';
import { duration, shortStamp, toText } from '../time.js';

/** The height of a row in pixels, as in the style sheet. */
export const HEIGHT = 32;

export const COLUMNS = [
  { key: 'state', title: 'State', sort: 'state' },
  { key: 'name', title: 'Source', sort: 'name' },
  { key: 'lasting', title: 'For', sort: 'since' },
  { key: 'since', title: 'Since' },
  { key: 'report', title: 'Last report', sort: 'report' },
  { key: 'place', title: 'Location' },
  { key: 'distance', title: 'Distance' },
  { key: 'info', title: 'Info' },
];

let rowsMade = 0;

// The cell may be too narrow for the text.
function setWhole(cell, text) {
  setText(cell, text);
  setAttribute(cell, 'title', text);
}

export class SourceRow {
  constructor() {
    this.mark = mark('OK');
    this.word = h('span');
    this.link = h('a', { tabindex: '-1' });
    this.cells = Object.fromEntries(COLUMNS.map(({ key }) => [key, h('td', { class: key })]));
    this.cells.state.append(this.mark, this.word);
    this.cells.name.append(this.link);
    this.heading = h('td', { class: 'group', hidden: true });
    this.element = h('tr', { id: `source-row-${++rowsMade}` }, Object.values(this.cells), this.heading);
    this.element.addEventListener('pointerdown', () => (this.pressed = this.source)); // the order may change meanwhile
    this.element.addEventListener('click', (event) => this.click(event));
  }

  /** Draws a source, or the heading of so many silent ones. */
  draw(shown, rowIndex) {
    const isHeading = typeof shown === 'number';
    this.source = isHeading ? null : shown;
    setAttribute(this.element, 'aria-rowindex', String(rowIndex));
    this.heading.hidden = !isHeading;
    Object.values(this.cells).forEach((cell) => (cell.hidden = isHeading));
    this.element.classList.toggle('heading', isHeading);
    if (isHeading) {
      setText(
        this.heading,
        `Silent: ${number(shown)} without a report for ${route.quiet.replace('m', ' min').replace(/([hds])$/, ' $1')}`,
      );
      setAttribute(this.element, 'aria-selected', 'false');
    } else this.drawSource(shown);
  }

  drawSource(source) {
    const isSelected = source.name === selection.name;
    setAttribute(this.element, 'aria-selected', String(isSelected));
    this.element.classList.toggle('silent', isSilent(source));
    setMark(this.mark, source.status);
    setText(this.word, source.status);
    setText(this.link, visible(source.name, 120));
    setAttribute(this.link, 'href', here({ view: 'source', source: source.name }));
    setText(this.cells.lasting, duration(shownTime() - source.since));
    setText(this.cells.since, shortStamp(source.since));
    setAttribute(this.cells.since, 'title', toText(source.since));
    if (isPast()) return;
    setText(this.cells.report, source.recorded === null ? '' : `${duration(shownTime() - source.recorded)} ago`);
    setWhole(this.cells.place, source.location ? pointText(source.location) : '–');
    setText(
      this.cells.distance,
      route.circle && source.location ? number(distanceFrom(route.circle, source.location)) : '',
    );
    setWhole(this.cells.info, visible(source.info, 160));
  }

  click(event) {
    const source = this.pressed ?? this.source;
    this.pressed = null;
    if (!source || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.target === this.link) {
      event.preventDefault();
      go({ view: 'source', source: source.name });
    } else select(source.name);
  }
}
