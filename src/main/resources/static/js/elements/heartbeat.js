// <ws-heartbeat>: whether the page is live, and how far it is behind.

import { h, setText } from '../dom.js';
import { onDraw } from '../draw.js';
import { behind, isStale, link, retryNow } from '../feed.js';
import { clock } from '../time.js';

class Heartbeat extends HTMLElement {
  connectedCallback() {
    this.text = h('span');
    this.retry = h('button', { type: 'button', class: 'small', hidden: true, onclick: retryNow }, 'Retry now');
    this.append(h('span', { class: 'pulse', 'aria-hidden': 'true' }), this.text, this.retry);
    this.shownAt = 0;
    onDraw(() => this.draw());
  }

  draw() {
    const state = isStale() ? 'stale' : link.state;
    const same = this.dataset.state === state;
    if (same && performance.now() - this.shownAt < 900) return; // numbers that flicker are not read
    this.shownAt = performance.now();
    this.dataset.state = state;
    this.retry.hidden = state !== 'away' && state !== 'refused';
    setText(this.text, words(state));
  }
}

function words(state) {
  const since = link.frameTime === null ? '' : `, stale since ${clock(link.frameTime)}`;
  switch (state) {
    case 'live':
      return link.frameTime === null ? 'live' : `live, ${(behind() / 1000).toFixed(1)} s behind`;
    case 'stale':
      return `stale since ${clock(link.frameTime)}`;
    case 'away':
      return `reconnecting${since}`;
    case 'refused':
      return `refused${since}`;
    case 'paused':
      return `paused while hidden${since}`;
    case 'loading':
      return 'loading …';
    default:
      return 'connecting …';
  }
}

customElements.define('ws-heartbeat', Heartbeat);
