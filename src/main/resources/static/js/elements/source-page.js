// <ws-source-page>: one source: its state, its track's figures, its states over time, its records, and the command line.

import { json, sourcePath } from '../api.js';
import { h, mark, setMark, setText } from '../dom.js';
import { onDraw, requestDraw } from '../draw.js';
import { fleet, link, onFrame, onGap, onLogReplaced } from '../feed.js';
import { link as here, pointText, route } from '../router.js';
import { isLoaded, isPast, shownFleet, shownTime } from '../shown.js';
import { statusText } from '../status.js';
import { commandLine, number, visible } from '../text.js';
import { duration, parse, serverNow, shortStamp, toText } from '../time.js';
import { Bands } from './bands.js';
import { CommandLine } from './command-line.js';
import { RecordTable } from './record-table.js';

const PAGE = 50;
const STATES = 200;
const PAUSE = 1000; // at least, between two loads
const RETRY_AFTER = 5; // seconds

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
    this.visit = 0; // moves with each source that is closed
    this.reload = null;
    this.retryAt = Infinity;
    this.pages = []; // of records, the newest first; each with where the next one begins
    this.more.hidden = true;
    onFrame((frame) => {
      if (frame.sources.some(({ source }) => source === this.shown)) this.loadSoon();
    });
    onGap(() => this.loadSoon());
    onLogReplaced(() => this.close()); // the next drawing opens it again
    onDraw(() => this.draw());
  }

  draw() {
    if (route.view !== 'source') this.close();
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
    } else if (isLoaded()) setText(this.since, isPast() ? 'had not reported by then' : 'has reported nothing');
    else setText(this.since, '');
    if (link.state === 'live' && performance.now() >= this.retryAt) this.loadSoon();
    this.drawFigures(fleet.sources.get(route.source));
    this.bands.draw();
    this.records.draw();
  }

  open(name) {
    this.close();
    this.shown = name;
    const { visit } = this;
    this.reload = spaced(() => visit === this.visit && this.load(), PAUSE);
    this.wanted = PAGE; // how many records are kept at least
    this.track = null;
    setText(this.name, visible(name));
    this.bands.show([]);
    this.statesCommand.show(commandLine('history', ['--states'], [name]));
    this.recordsCommand.show(commandLine('history', [], [name]));
    this.loadSoon();
  }

  // What is still being loaded is not shown any more.
  close() {
    if (this.shown === undefined) return;
    this.visit++;
    this.shown = undefined;
    this.reload = null;
    this.retryAt = Infinity;
    this.pages = [];
    this.records.clear();
    this.more.hidden = true;
    this.error.hidden = true;
  }

  loadSoon() {
    this.retryAt = Infinity;
    this.reload?.();
  }

  // Loads the track, the states and the newest records; as many as "more" has loaded stay below.
  load() {
    return this.take(
      (name) =>
        Promise.all([
          json('api/sources', { source: name }),
          json(sourcePath(name, 'records'), { limit: PAGE }),
          json(sourcePath(name, 'transitions'), { limit: STATES }),
        ]),
      ([{ sources }, page, { transitions, next_page_token: older }]) => {
        this.error.hidden = true;
        this.track = sources[0];
        this.merge(page);
        this.bands.show(
          transitions.map(({ status, since, until, position }) => ({
            status: statusText(status),
            since: parse(since),
            until: until ? parse(until) : null,
            position,
          })),
          Boolean(older),
        );
        // Another report has come meanwhile, or the answer is of a replica that is behind.
        if (page.records[0]?.position < fleet.sources.get(this.shown)?.position) this.loadSoon();
      },
    );
  }

  loadMore() {
    const token = this.pages.at(-1).next_page_token;
    this.wanted = this.list().length + PAGE;
    return this.take(
      (name) => json(sourcePath(name, 'records'), { limit: PAGE, page_token: token }),
      (page) => {
        this.error.hidden = true;
        const last = this.pages.at(-1);
        if (last.next_page_token !== token) return; // the page that it follows is not shown any more
        if (page.records.length > 0) this.pages.push(page);
        else last.next_page_token = page.next_page_token;
        this.showRecords();
      },
    );
  }

  list() {
    return this.pages.flatMap(({ records }) => records);
  }

  showRecords() {
    this.records.show(this.list());
    this.more.hidden = !this.pages.at(-1).next_page_token;
  }

  // Has what was loaded shown, or why it was not, unless another source has been opened meanwhile.
  async take(load, show) {
    const { visit } = this;
    try {
      const loaded = await load(this.shown);
      if (visit !== this.visit) return;
      show(loaded);
    } catch (failure) {
      if (visit !== this.visit) return;
      this.error.hidden = false;
      setText(this.error, failure.message);
      const isAnswered = failure.status === 404; // nobody of this name has reported: when somebody does, a frame says so
      if (!isAnswered) this.retryAt = performance.now() + (failure.retryAfter || RETRY_AFTER) * 1000;
    }
    requestDraw();
  }

  // Below the newest page stays what is known already, as far as it is wanted; unless some in between are not known.
  merge(newest) {
    const oldest = newest.records.at(-1)?.position ?? 0;
    const isJoined = this.list().some(({ position }) => position >= oldest);
    const older = this.pages
      .map((page) => ({ ...page, records: page.records.filter(({ position }) => position < oldest) }))
      .filter(({ records }) => records.length > 0);
    this.pages = isJoined ? [newest, ...older] : [newest];
    const fitsWithoutLast = () => this.list().length - this.pages.at(-1).records.length >= this.wanted;
    while (this.pages.length > 1 && fitsWithoutLast()) this.pages.pop();
    this.showRecords();
  }

  // Of an earlier moment, only the state is known.
  drawFigures(source) {
    const now = isPast() ? ' now' : '';
    const figures = [
      [`Location${now}`, source?.location ? pointText(source.location) : 'never reported'],
      [`From its first location${now}`, this.track?.displacement === undefined ? '–' : String(this.track.displacement)],
      [`Travelled${now && ' by now'}`, this.track?.travelled === undefined ? '–' : number(this.track.travelled)],
      ['Last report', source?.recorded ? `${duration(serverNow() - source.recorded)} ago` : '–'],
      [`Durable sequence${now}`, this.track?.durable_sequence ? String(this.track.durable_sequence) : '–'],
    ];
    while (this.figures.children.length > figures.length) this.figures.lastChild.remove();
    figures.forEach(([term, value], i) => {
      if (!this.figures.children[i]) this.figures.append(h('div', {}, h('dt'), h('dd')));
      setText(this.figures.children[i].firstChild, term);
      setText(this.figures.children[i].lastChild, value);
    });
    this.figures.title = source?.recorded ? toText(source.recorded) : '';
  }
}

/** A function that has the work done soon, with a pause in between; calls in the pause become one. */
function spaced(work, pause) {
  let last = -Infinity;
  let timer = null;
  return () => {
    timer ??= setTimeout(
      () => {
        timer = null;
        last = performance.now();
        work();
      },
      Math.max(0, last + pause - performance.now()),
    );
  };
}

customElements.define('ws-source-page', SourcePage);
