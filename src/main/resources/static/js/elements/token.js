// <ws-token>: the dialog that asks for a token. What is typed goes to the caller alone and is cleared at once.

import { askForTokenWith } from '../api.js';
import { h, setText } from '../dom.js';

class Token extends HTMLElement {
  connectedCallback() {
    this.resolve = null; // while nobody is asked
    this.reason = h('p', { id: 'token-reason', 'aria-live': 'polite' });
    this.input = h('input', {
      type: 'password',
      id: 'token',
      autocomplete: 'off',
      spellcheck: 'false',
      required: true,
      'aria-describedby': 'token-reason',
    });
    const form = h(
      'form',
      { onsubmit: (event) => this.submit(event) },
      this.reason,
      h('label', { for: 'token' }, 'Token'),
      this.input,
      h(
        'p',
        { class: 'hint' },
        'It stays in the memory of this tab, and is gone when the page is left or loaded again.',
      ),
      h('button', { type: 'submit', class: 'main' }, 'Use this token'),
    );
    // Nothing can be shown without one: Escape does not close it. Where the browser closes it all the same, it opens again.
    this.dialog = h(
      'dialog',
      {
        'aria-labelledby': 'token-title',
        oncancel: (event) => event.preventDefault(),
        onclose: () => this.resolve && this.show(),
      },
      h('h2', { id: 'token-title' }, 'This server asks for a token'),
      form,
    );
    this.append(this.dialog);
    askForTokenWith((question) => this.ask(question));
  }

  ask({ refused, reason }) {
    setText(
      this.reason,
      refused ? `The server refused that token. ${reason ?? ''}` : 'It needs the permission state:read.',
    );
    this.reason.classList.toggle('error', refused);
    this.show();
    return new Promise((resolve) => (this.resolve = resolve));
  }

  show() {
    if (!this.dialog.open) this.dialog.showModal();
    this.input.focus();
  }

  submit(event) {
    event.preventDefault();
    const token = this.input.value.trim();
    this.input.value = '';
    if (/[^\x21-\x7e]/.test(token) || token === '') {
      setText(this.reason, 'Expected letters, digits and -._~+/=, but found other characters.');
      this.reason.classList.add('error');
      return;
    }
    const { resolve } = this;
    this.resolve = null;
    this.dialog.close();
    resolve(token);
  }
}

customElements.define('ws-token', Token);
