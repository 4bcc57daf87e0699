// <ws-source-page>: one source: its state, its track's figures, its states over time, its records, and the command line.

import { all, json, sourcePath } from '../api.js';
import { h, mark, setMark, setText } from '../dom.js';
import { onDraw, requestDraw } from '../draw.js';
import { fleet, link, onFrame } from '../feed.js';
import { link as here, pointText, route } from '../router.js';
import { isPast, shownFleet, shownTime } from '../shown.js';
import { statusText } from '../status.js';
import { commandLine, number, visible } from '../text.js';
import { duration, parse, shortStamp, toText } from '../time.js';
import { Bands } from './bands.js';
import { CommandLine } from './command-line.js';
import { RecordTable } from './record-table.js';

const PAGE = 50;
const STATES = 200;
const AGAIN_AFTER = 1000;

class SourcePage extends HTMLElement {
  connectedCallback() {
    this.mark = mark('UNKNOWN');
    this.name = h('h2');
    this.since = h('p', { class: 'since' });
    this.back = h('a', { class: 'back' }, 'All sources');
    this.figures = h('dl');
    this.error = h('p', { class: 'error', role: 'status', hidden: true });
    this.bands = new Bands();
    this.statesCommand = new CommandLine();
    this.recordsCommand = new CommandLine();
    this.records = new RecordTable('Records, newest first', false);
    this.more = h('button', { type: 'button', onclick: () => this.loadMore() }, 'More records');
    this.append(
      this.back,
      h('div', { class: 'name' }, this.mark, this.name),
      this.since,
      this.error,
      this.figures,
      h(
        'section',
        { 'aria-labelledby': 'states-title' },
        h(
          'div',
          { class: 'toolbar' },
          h('h3', { id: 'states-title' }, 'States'),
          h('span', { class: 'gap' }),
          this.statesCommand,
        ),
        this.bands,
      ),
      h(
        'section',
        { 'aria-labelledby': 'records-title' },
        h(
          'div',
          { class: 'toolbar' },
          h('h3', { id: 'records-title' }, 'Records'),
          h('span', { class: 'gap' }),
          this.recordsCommand,
        ),
        this.records,
        this.more,
      ),
    );
    onFrame((frame) => this.takeFrame(frame));
    onDraw(() => this.draw());
  }

  draw() {
    if (route.view !== 'source' || !link.loaded) return;
    if (route.source !== this.shown) this.open(route.source);
    const source = shownFleet().sources.get(route.source);
    this.back.href = here({ view: 'sources', source: null });
    if (source) {
      setMark(this.mark, source.status);
      const then = isPast() ? 'was' : 'is';
      setText(
        this.since,
        `${then} ${source.status} for ${duration(shownTime() - source.since)}, since ${shortStamp(source.since)}`,
      );
    } else setText(this.since, isPast() ? 'had not reported by then' : 'has reported nothing');
    this.drawFigures(fleet.sources.get(route.source));
    this.bands.draw();
  }

  open(name) {
    this.shown = name;
    this.list = [];
    this.next = undefined;
    this.track = null;
    setText(this.name, visible(name));
    this.bands.show([]);
    this.records.show([]);
    this.more.hidden = true;
    this.statesCommand.show(commandLine('history', ['--states'], [name]));
    this.recordsCommand.show(commandLine('history', [], [name]));
    this.load();
  }

  // Loads the states and the newest records; those that "more" has loaded stay below.
  async load() {
    const name = this.shown;
    this.loadedAt = Date.now();
    try {
      const [page, { transitions }, track] = await Promise.all([
        json(sourcePath(name, 'records'), { limit: PAGE }),
        json(sourcePath(name, 'transitions'), { limit: STATES }),
        this.loadTrack(name),
      ]);
      if (name !== this.shown) return;
      this.merge(page);
      this.track = track;
      this.bands.show(
        transitions.map(({ status, since, until, position }) => ({
          status: statusText(status),
          since: parse(since),
          until: until ? parse(until) : null,
          position,
        })),
      );
      this.error.hidden = true;
    } catch (failure) {
      if (name !== this.shown) return;
      this.error.hidden = false;
      setText(this.error, failure.message);
    }
    requestDraw();
  }

  merge({ records, next_page_token: next }) {
    const oldest = records.at(-1)?.position ?? 0;
    const isJoined = this.list.some(({ position }) => position >= oldest);
    this.list = [...records, ...(isJoined ? this.list.filter(({ position }) => position < oldest) : [])];
    if (!isJoined) this.next = next;
    this.records.show(this.list);
    this.more.hidden = !this.next;
  }

  async loadMore() {
    const page = await json(sourcePath(this.shown, 'records'), { limit: PAGE, page_token: this.next });
    this.next = page.next_page_token;
    this.list = [...this.list, ...page.records.filter(({ position }) => position < this.list.at(-1).position)];
    this.records.show(this.list);
    this.more.hidden = !this.next;
  }

  // The list of sources has no filter by name, but one by place.
  async loadTrack(name) {
    const location = fleet.sources.get(name)?.location;
    if (!location) return null;
    const there = await all('api/sources', 'sources', { near: pointText(location), within: 0, limit: 1000 });
    return there.find(({ source }) => source === name) ?? null; // null if it has moved on meanwhile
  }

  takeFrame(frame) {
    if (route.view !== 'source' || this.again || !frame.sources.some(({ source }) => source === this.shown)) return;
    this.again = setTimeout(
      () => {
        this.again = null;
        if (route.view === 'source' && !document.hidden) this.load();
      },
      Math.max(0, this.loadedAt + AGAIN_AFTER - Date.now()),
    );
  }

  drawFigures(source) {
    const figures = [
      ['Location', source?.location ? pointText(source.location) : 'never reported'],
      ['From its first location', this.track?.displacement === undefined ? '–' : String(this.track.displacement)],
      ['Travelled', this.track?.travelled === undefined ? '–' : number(this.track.travelled)],
      ['Last report', source?.recorded ? `${duration(shownTime() - source.recorded)} ago` : '–'],
      ['Durable sequence', this.track?.durable_sequence ? String(this.track.durable_sequence) : '–'],
    ];
    if (isPast()) figures.splice(3, 1);
    while (this.figures.children.length > figures.length) this.figures.lastChild.remove();
    figures.forEach(([term, value], i) => {
      if (!this.figures.children[i]) this.figures.append(h('div', {}, h('dt'), h('dd')));
      setText(this.figures.children[i].firstChild, term);
      setText(this.figures.children[i].lastChild, value);
    });
    this.figures.title = source?.recorded ? toText(source.recorded) : '';
  }
}

customElements.define('ws-source-page', SourcePage);
