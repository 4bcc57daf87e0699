// <ws-first-steps>: what is shown while no source has reported: a command that sends the first report.

import { h } from '../dom.js';
import { onDraw } from '../draw.js';
import { fleet, link } from '../feed.js';
import { commandLine } from '../text.js';
import { CommandLine } from './command-line.js';

class FirstSteps extends HTMLElement {
  connectedCallback() {
    this.command = new CommandLine();
    this.append(
      h('h2', {}, 'Nobody has reported yet'),
      h('p', {}, 'Send the first report from a terminal; it appears here within a second.'),
      this.command,
      h('p', { class: 'aside' }, 'Programs report over gRPC: the README has examples in Python and Java.'),
    );
    this.command.show(
      commandLine('report', [
        '--source',
        'cow-7',
        '--status',
        'THIRSTY',
        '--info',
        'Requires watering.',
        '--at',
        '3,4',
      ]),
    );
    onDraw(() => {
      this.hidden = !link.loaded || fleet.sources.size > 0;
      document.documentElement.classList.toggle('no-sources', !this.hidden);
    });
  }
}

customElements.define('ws-first-steps', FirstSteps);
