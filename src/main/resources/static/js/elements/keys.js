// <ws-keys>: the dialog that lists the keys, and the keys themselves.

import { h } from '../dom.js';
import { go, route } from '../router.js';
import { select, selection } from '../shown.js';

const KEYS = [
  ['/', 'find a source'],
  ['j k', 'the next, the previous source'],
  ['Enter', 'the page of the selected source'],
  ['p', 'pause the live reports, or go on'],
  ['1 2 3', 'sources, map, live reports'],
  ['Escape', 'close, clear, or go back to live'],
  ['arrows + - 0', 'on the map: move, zoom, show all'],
  ['?', 'these keys'],
];

class Keys extends HTMLElement {
  connectedCallback() {
    const rows = KEYS.map(([keys, meaning]) =>
      h(
        'tr',
        {},
        h(
          'th',
          { scope: 'row' },
          keys.split(' ').map((key) => h('kbd', {}, key)),
        ),
        h('td', {}, meaning),
      ),
    );
    const close = h('button', { type: 'button', onclick: () => this.dialog.close() }, 'Close');
    this.dialog = h(
      'dialog',
      { 'aria-labelledby': 'keys-title' },
      h('h2', { id: 'keys-title' }, 'Keys'),
      h('table', { class: 'keys' }, h('tbody', {}, rows)),
      close,
    );
    this.append(this.dialog);
    document.addEventListener('keydown', (event) => this.press(event));
  }

  open() {
    if (!document.querySelector('dialog[open]')) this.dialog.showModal();
  }

  press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
    const isTyping = event.target.matches('input:not([type=range]), select, textarea');
    if (event.key === 'Escape') {
      if (isTyping) event.target.blur();
      else escape();
    } else if (event.key === 'Enter') {
      if (event.target.matches(IDLE) && selection.name !== null) go({ view: 'source', source: selection.name });
    } else if (!isTyping && ACTIONS[event.key]) {
      event.preventDefault();
      ACTIONS[event.key](this);
    }
  }
}

// What Enter does nothing with, if it has the focus.
const IDLE = 'body, main, canvas, .scroller';

const list = () => document.querySelector('ws-source-list');
const ACTIONS = {
  '?': (keys) => keys.open(),
  '/': () => {
    if (route.view === 'live') return document.querySelector('ws-tail input').focus();
    if (route.view === 'source') go({ view: 'sources' });
    list().focusSearch();
  },
  j: () => list().move(1),
  k: () => list().move(-1),
  p: () => route.view === 'live' && document.querySelector('ws-tail').togglePause(),
  1: () => go({ view: 'sources' }),
  2: () => go({ view: 'map' }),
  3: () => go({ view: 'live' }),
};

// One step back: from a tool of the map, a source, a selection, filters, an earlier moment.
function escape() {
  const { tools } = document.querySelector('ws-map');
  if (tools.tool) tools.toggle(tools.tool);
  else if (route.view === 'source') go({ view: 'sources', source: null });
  else if (route.measure) go({ measure: null }, { replace: true });
  else if (selection.name !== null) select(null);
  else if (route.status.length || route.text || route.circle || route.silent) {
    go({ status: [], text: '', circle: null, silent: false }, { replace: true });
  } else if (route.at !== null) go({ at: null });
}

customElements.define('ws-keys', Keys);
