// <ws-tiles>: how many sources are in each state; each tile shows only these, or all again.

import { h, mark, setAttribute, setText } from '../dom.js';
import { onDraw } from '../draw.js';
import { go, route } from '../router.js';
import { isLoaded, isPast, isSilent, shownFleet } from '../shown.js';
import { byConcern, classOf, KNOWN } from '../status.js';
import { number } from '../text.js';

const MOST_NUMBERS = 6; // statuses that this page has no name for

class Tiles extends HTMLElement {
  connectedCallback() {
    this.setAttribute('role', 'group');
    this.setAttribute('aria-label', 'Sources by state; each button shows only these');
    this.tiles = new Map();
    this.silent = tile(h('span', { class: 'word' }, 'Silent'), 'silent', () =>
      go({ silent: !route.silent }, { replace: true }),
    );
    this.append(this.silent.button);
    onDraw(() => this.draw());
  }

  draw() {
    const { counts, sources, version } = shownFleet();
    const second = Math.floor(performance.now() / 1000);
    const key = [version, sources.size, isLoaded(), isPast(), route.status, route.silent, route.quiet, second].join(
      '|',
    );
    if (key === this.key) return;
    this.key = key;
    const statuses = shownStatuses(counts);
    for (const [status, { button }] of this.tiles) {
      if (!statuses.includes(status)) {
        button.remove();
        this.tiles.delete(status);
      }
    }
    for (const status of statuses) {
      this.update(this.tileOf(status), counts.get(status) ?? 0, sources.size, route.status.includes(status));
    }
    const silent = [...sources.values()].filter(isSilent).length;
    this.update(this.silent, silent, sources.size, route.silent);
    this.silent.button.hidden = isPast();
  }

  update({ button, count, share }, sources, all, pressed) {
    setText(count, isLoaded() ? number(sources) : '–');
    setAttribute(button, 'aria-pressed', String(pressed));
    button.classList.toggle('none', sources === 0);
    share.style.transform = `scaleX(${all === 0 ? 0 : sources / all})`;
  }

  tileOf(status) {
    if (!this.tiles.has(status)) {
      const word = h('span', { class: 'word' }, mark(status), status);
      const made = tile(word, classOf(status), () => toggle(status));
      this.tiles.set(status, made);
      const next = [...this.tiles.keys()].sort(byConcern);
      const follower = this.tiles.get(next[next.indexOf(status) + 1]) ?? this.silent;
      this.insertBefore(made.button, follower.button);
    }
    return this.tiles.get(status);
  }
}

function shownStatuses(counts) {
  const numbers = [...counts.keys()].filter((status) => !KNOWN.includes(status));
  const most = numbers.sort((a, b) => counts.get(b) - counts.get(a)).slice(0, MOST_NUMBERS);
  return [...new Set([...KNOWN, ...most, ...route.status])].sort(byConcern);
}

function tile(word, className, onclick) {
  const count = h('span', { class: 'count' });
  const share = h('span', { class: 'share', 'aria-hidden': 'true' });
  const button = h(
    'button',
    { type: 'button', class: `tile ${className}`, 'aria-pressed': 'false', onclick },
    word,
    count,
    share,
  );
  return { button, count, share };
}

function toggle(status) {
  const without = route.status.filter((other) => other !== status);
  go({ status: without.length < route.status.length ? without : [...route.status, status] }, { replace: true });
}

customElements.define('ws-tiles', Tiles);
