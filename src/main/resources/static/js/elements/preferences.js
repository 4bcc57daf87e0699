// <ws-preferences>: UTC or local times, light or dark, a permalink, and the keys.

import { h, setText } from '../dom.js';
import { link as here, route } from '../router.js';
import { change, nextTheme, onSettings, settings } from '../settings.js';
import { parseDuration, serverNow } from '../time.js';

const SAID_FOR = 2000;

class Preferences extends HTMLElement {
  connectedCallback() {
    this.zone = h('button', {
      type: 'button',
      title: 'Times in UTC or local',
      onclick: () => change({ utc: !settings.utc }),
    });
    this.theme = h('button', {
      type: 'button',
      title: 'Light, dark, or as the system has it',
      onclick: () => change({ theme: nextTheme() }),
    });
    this.copy = h(
      'button',
      { type: 'button', title: 'Copy a link to what is shown, as of now', onclick: () => this.copyLink() },
      'Copy link',
    );
    this.help = h(
      'button',
      {
        type: 'button',
        title: 'Keys (?)',
        'aria-label': 'Keys',
        onclick: () => document.querySelector('ws-keys').open(),
      },
      '?',
    );
    this.append(this.zone, this.theme, this.copy, this.help);
    onSettings(() => this.draw());
    this.draw();
  }

  draw() {
    setText(this.zone, settings.utc ? 'UTC' : 'Local');
    this.zone.setAttribute('aria-label', `Times in ${settings.utc ? 'UTC' : 'local time'}`);
    setText(this.theme, { auto: 'Auto', light: 'Light', dark: 'Dark' }[settings.theme]);
    this.theme.setAttribute('aria-label', `Theme: ${settings.theme}`);
    if (settings.theme === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = settings.theme;
  }

  async copyLink() {
    const address = new URL(here(fixed()), document.baseURI).href;
    try {
      await navigator.clipboard.writeText(address);
      setText(this.copy, 'Copied');
    } catch {
      setText(this.copy, 'Not permitted'); // the clipboard needs https or localhost
    }
    setTimeout(() => setText(this.copy, 'Copy link'), SAID_FOR);
  }
}

/** The times of what is shown, each as an absolute one. */
function fixed() {
  const at = route.at ?? Math.floor(serverNow());
  const to = route.to ?? Math.floor(serverNow());
  return { at, to, from: route.from ?? to - parseDuration(route.range) };
}

customElements.define('ws-preferences', Preferences);
