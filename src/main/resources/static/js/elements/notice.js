// <ws-notice>: what is out of the ordinary: an earlier moment is shown, the server is away or refuses, the log is another.

import { forgetToken, hasToken } from '../api.js';
import { h, setText } from '../dom.js';
import { onDraw, requestDraw } from '../draw.js';
import { link, onLogReplaced, retryNow } from '../feed.js';
import { go } from '../router.js';
import { isPast, pastState, shownTime } from '../shown.js';
import { stamp } from '../time.js';

const AWAY_SHOWN_AFTER = 1500;
const REPLACED_SHOWN_FOR = 60_000;
const REPLACED =
  'The log has been replaced by another one, such as a back-up. This page has loaded it; positions from before mean nothing.';

const OUTDATED = 'The server has another version than when this page was opened.';

class Notice extends HTMLElement {
  connectedCallback() {
    this.text = h('span');
    this.again = h('span', { 'aria-hidden': 'true' }); // changes each second: screen readers are not told
    this.button = h('button', { type: 'button', onclick: () => this.action() });
    this.append(h('p', {}, this.text, ' ', this.again), this.button);
    this.setAttribute('role', 'status');
    this.replacedAt = null;
    onLogReplaced(() => (this.replacedAt = performance.now()));
    onDraw(() => this.draw());
  }

  draw() {
    const notice = this.trouble() ?? pastNotice();
    this.hidden = !notice;
    if (!notice) return;
    this.className = notice.kind;
    this.action = notice.action;
    setText(this.text, notice.text);
    setText(this.again, notice.again ?? '');
    setText(this.button, notice.button);
  }

  trouble() {
    if (link.state !== 'away') this.awaySince = null;
    else this.awaySince ??= performance.now();
    if (link.state === 'refused') return refusedNotice();
    if (this.awaySince && performance.now() - this.awaySince > AWAY_SHOWN_AFTER) {
      return { kind: 'bad', text: awayText(), again: again(), button: 'Retry now', action: retryNow };
    }
    if (link.trouble)
      return { kind: 'bad', text: link.trouble, button: 'Understood', action: () => (link.trouble = '') };
    if (this.replacedAt && performance.now() - this.replacedAt < REPLACED_SHOWN_FOR) {
      return { kind: 'worth-knowing', text: REPLACED, button: 'Understood', action: () => this.understood() };
    }
    if (link.isOutdated) {
      return { kind: 'worth-knowing', text: OUTDATED, button: 'Load again', action: () => location.reload() };
    }
    return null;
  }

  understood() {
    this.replacedAt = null;
    requestDraw();
  }
}

function awayText() {
  const kept = link.loaded ? ' What is shown is as it was before.' : '';
  return (link.detail || 'The connection was cut.') + kept;
}

function again() {
  const seconds = Math.ceil((link.retryAt - performance.now()) / 1000);
  return seconds > 0 ? `Trying again in ${seconds} s …` : 'Trying again …';
}

function refusedNotice() {
  const another = () => {
    forgetToken();
    retryNow();
  };
  return hasToken()
    ? {
        kind: 'bad',
        text: 'The token does not permit reading states (state:read).',
        button: 'Use another token',
        action: another,
      }
    : { kind: 'bad', text: link.detail, button: 'Retry now', action: retryNow };
}

function pastNotice() {
  if (!isPast()) return null;
  const { state, detail } = pastState();
  const time = stamp(shownTime());
  const texts = {
    loading: `Loading the states of ${time} …`,
    failed: `The states of ${time} cannot be shown. ${detail}`,
  };
  return {
    kind: state === 'failed' ? 'bad' : 'past',
    text: texts[state] ?? `As of ${time}. Later reports are not in this picture.`,
    button: 'Back to live',
    action: () => go({ at: null }),
  };
}

customElements.define('ws-notice', Notice);
