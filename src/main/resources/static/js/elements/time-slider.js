// <ws-time-slider>: moves what is shown to an earlier moment, and back to live at its right end.

import { h, setText } from '../dom.js';
import { go, route } from '../router.js';
import { isPast } from '../shown.js';
import { stamp, toText } from '../time.js';

const STEPS = 1000;

export class TimeSlider extends HTMLElement {
  /** @param period says which times the slider has, from its left to its right end */
  constructor(period) {
    super();
    this.period = period;
    this.range = h('input', {
      type: 'range',
      min: '0',
      max: String(STEPS),
      value: String(STEPS),
      'aria-label': 'As of',
      oninput: () => this.move(),
    });
    this.time = h('time');
    this.live = h('button', { type: 'button', onclick: () => go({ at: null }) }, 'Back to live');
  }

  connectedCallback() {
    this.append(this.range, this.time, this.live);
  }

  move() {
    const { from, to } = this.period();
    const value = Number(this.range.value);
    const at = value === STEPS && route.to === null ? null : Math.floor(from + ((to - from) * value) / STEPS);
    go({ at }, { replace: route.at !== null && at !== null }); // one step in the history for a way of many
  }

  draw() {
    const { from, to } = this.period();
    const value = isPast() ? Math.round((STEPS * (route.at - from)) / (to - from)) : STEPS;
    if (this.range.value !== String(value)) this.range.value = value;
    const text = isPast() ? stamp(route.at) : 'live';
    setText(this.time, text);
    this.range.setAttribute('aria-valuetext', text);
    if (isPast()) this.time.dateTime = toText(route.at);
    this.live.hidden = !isPast();
  }
}

customElements.define('ws-time-slider', TimeSlider);
