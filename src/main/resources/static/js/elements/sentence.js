// <ws-sentence>: the state of the fleet in one sentence.

import { h, setText } from '../dom.js';
import { onDraw } from '../draw.js';
import { link } from '../feed.js';
import { link as here } from '../router.js';
import { isLoaded, isPast, isSilent, pastState, shownFleet, shownTime } from '../shown.js';
import { byConcern } from '../status.js';
import { number, plural, visible } from '../text.js';
import { duration, stamp } from '../time.js';

const SPOKEN_EVERY = 30_000; // screen readers are told no more often

class Sentence extends HTMLElement {
  connectedCallback() {
    this.before = h('span');
    this.name = h('a', { hidden: true });
    this.after = h('span', { class: 'aside' });
    this.spoken = h('div', { class: 'for-screen-readers', 'aria-live': 'polite' });
    this.spokenAt = -Infinity;
    this.append(h('p', { class: 'sentence' }, this.before, this.name, this.after), this.spoken);
    onDraw(() => this.draw());
  }

  draw() {
    const { before, source, after } = isLoaded() ? sentence() : { before: waiting(), after: '' };
    setText(this.before, before);
    setText(this.after, after);
    this.name.hidden = !source;
    setText(this.name, source ? visible(source.name, 80) : '');
    if (source) this.name.href = here({ view: 'source', source: source.name });
    if (performance.now() - this.spokenAt > SPOKEN_EVERY && isLoaded()) {
      this.spokenAt = performance.now();
      setText(this.spoken, this.firstChild.textContent);
    }
  }
}

function waiting() {
  const hasFailed = isPast() ? pastState().state === 'failed' : ['away', 'refused'].includes(link.state);
  return hasFailed ? 'The sources could not be loaded.' : 'Loading the sources …';
}

/** The sentence in three parts: the source that it names, if it names one, and what comes before and after it. */
function sentence() {
  const { sources, counts } = shownFleet();
  const [is, are] = isPast() ? ['was', 'were'] : ['is', 'are'];
  if (sources.size === 0)
    return { before: opened(isPast() ? 'no source had reported.' : 'no source has reported yet.'), after: '' };
  const [worst] = [...counts.keys()].sort(byConcern);
  const count = counts.get(worst);
  const after = silence(sources);
  if (worst === 'OK') {
    const all = count === 1 ? `the only source ${is}` : `all ${number(count)} sources ${are}`;
    return { before: opened(`${all} OK.`), after };
  }
  const source = longestIn(sources, worst);
  const lasting = `${count === 1 ? '' : 'the longest '}for ${duration(shownTime() - source.since)}`;
  const before = `${number(count)} of ${plural(sources.size, 'source')} ${count === 1 ? is : are} ${worst}, ${lasting}: `;
  return { before: opened(before), source, after: `.${after}` };
}

// Begins with the moment that is shown, or with a capital.
function opened(text) {
  return isPast() ? `At ${stamp(shownTime())}, ${text}` : text[0].toUpperCase() + text.slice(1);
}

function silence(sources) {
  const silent = [...sources.values()].filter(isSilent).length;
  return silent === 0 ? '' : ` ${number(silent)} ${silent === 1 ? 'is' : 'are'} silent.`;
}

function longestIn(sources, status) {
  let longest = null;
  for (const source of sources.values()) {
    if (source.status === status && (!longest || source.since < longest.since)) longest = source;
  }
  return longest;
}

customElements.define('ws-sentence', Sentence);
