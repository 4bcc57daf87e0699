// <ws-command>: a command line that shows the same in a terminal, and a button that copies it.

import { h, setText } from '../dom.js';

const SAID_FOR = 2000;

export class CommandLine extends HTMLElement {
  constructor() {
    super();
    this.code = h('code');
    this.button = h(
      'button',
      { type: 'button', class: 'small', 'aria-label': 'Copy the command line', onclick: () => this.copy() },
      'Copy',
    );
  }

  connectedCallback() {
    this.append(this.code, this.button);
  }

  show(line) {
    setText(this.code, line);
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(this.code.textContent);
      setText(this.button, 'Copied');
      setTimeout(() => setText(this.button, 'Copy'), SAID_FOR);
    } catch {
      getSelection().selectAllChildren(this.code); // without https, the reader copies it
    }
  }
}

customElements.define('ws-command', CommandLine);
