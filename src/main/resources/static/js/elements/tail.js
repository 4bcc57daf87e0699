// <ws-tail>: the reports as they come, newest first, with pause and filters. It keeps the newest ones only.

import { h, setText } from '../dom.js';
import { onDraw, requestDraw } from '../draw.js';
import { onFrame, onGap, onLogReplaced } from '../feed.js';
import { go, route } from '../router.js';
import { statusText } from '../status.js';
import { commandLine, number } from '../text.js';
import { timeStyle } from '../time.js';
import { CommandLine } from './command-line.js';
import { RecordTable } from './record-table.js';

const KEPT = 1000;
const SHOWN_LIVE = 100;

class Tail extends HTMLElement {
  connectedCallback() {
    this.kept = []; // newest first
    this.paused = null; // what is shown while paused
    this.came = 0;
    this.left = 0;
    this.button = h('button', { type: 'button', 'aria-pressed': 'false', onclick: () => this.togglePause() }, 'Pause');
    this.filter = h('input', {
      type: 'search',
      'aria-label': 'Only sources or infos with',
      placeholder: 'Source or info  /',
      oninput: () => go({ text: this.filter.value }, { replace: true }),
    });
    this.count = h('span', { class: 'aside' });
    this.omitted = h('p', { class: 'aside', hidden: true });
    this.command = new CommandLine();
    this.records = new RecordTable('Reports, newest first', true);
    this.append(
      h(
        'div',
        { class: 'toolbar' },
        h('h2', {}, 'Live reports'),
        this.count,
        h('span', { class: 'gap' }),
        this.filter,
        this.button,
      ),
      this.omitted,
      this.records,
      this.command,
    );
    this.command.show(commandLine('read', ['--follow']));
    onFrame((frame) => this.take(frame));
    onGap((missed) => {
      this.came += missed;
      this.left += missed;
    });
    onLogReplaced(() => {
      this.kept = [];
      this.paused &&= [];
      this.left = 0;
      this.key = '';
      this.records.clear();
    });
    onDraw(() => this.draw());
  }

  take(frame) {
    this.came += frame.count;
    this.left += frame.omitted;
    const newest = this.kept[0]?.position ?? 0; // a replica that is behind sends some once more
    const news = frame.records.filter(({ position }) => position > newest).reverse();
    // At a thousand a second the newest are gone in one: those that pass are kept for longer.
    this.kept = [...news, ...this.kept].filter((record, i) => i < KEPT || passes(record)).slice(0, 2 * KEPT);
  }

  togglePause() {
    this.paused = this.paused ? null : this.kept;
    this.cameBefore = this.came;
    this.button.setAttribute('aria-pressed', String(this.paused !== null));
    setText(this.button, this.paused ? 'Go on' : 'Pause');
    requestDraw();
  }

  draw() {
    if (route.view !== 'live') return;
    if (document.activeElement !== this.filter && this.filter.value !== route.text) this.filter.value = route.text;
    setText(
      this.count,
      this.paused
        ? `paused; ${number(this.came - this.cameBefore)} more since`
        : `${number(this.came)} since this page was opened`,
    );
    this.omitted.hidden = this.left === 0;
    setText(
      this.omitted,
      `${number(this.left)} of them came too quickly to be listed here, or while this page was away; sources, states and map have them all, and so has the command line below.`,
    );
    const shown = (this.paused ?? this.kept).filter(passes).slice(0, this.paused ? KEPT : SHOWN_LIVE);
    const key = [shown[0]?.position, shown.at(-1)?.position, shown.length, timeStyle(), location.hash].join('|');
    if (key === this.key) return;
    this.key = key;
    this.records.show(shown);
  }
}

function passes(record) {
  const text = route.text.toLowerCase();
  return (
    (route.status.length === 0 || route.status.includes(statusText(record.status))) &&
    (text === '' || record.source.toLowerCase().includes(text) || record.info.toLowerCase().includes(text))
  );
}

customElements.define('ws-tail', Tail);
