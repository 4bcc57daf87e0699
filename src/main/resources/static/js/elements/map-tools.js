// The tools of the map: a displacement between two points, which the server computes, and a circle that filters.

import { json } from '../api.js';
import { h, setText } from '../dom.js';
import { requestDraw } from '../draw.js';
import { go, pointOf, pointText, route } from '../router.js';
import { isPast } from '../shown.js';
import { commandLine } from '../text.js';
import { CommandLine } from './command-line.js';

export class MapTools {
  version = 0; // moves when something else is to be drawn
  tool = null; // measure or circle
  pending = null; // the first of two points
  answer = { key: '', text: '' };

  constructor() {
    this.measureButton = this.toolButton('Distance', 'measure');
    this.circleButton = this.toolButton('Circle', 'circle');
    this.buttons = [this.measureButton, this.circleButton];
    this.start = pointInput('From');
    this.end = pointInput('to');
    this.center = pointInput('Around');
    this.radius = h('input', { type: 'text', inputmode: 'decimal', placeholder: '500', size: '7' });
    this.result = h('output', { class: 'distance' });
    this.command = new CommandLine();
    this.measureForm = this.form(
      'measure',
      'Two clicks on the map, or two points.',
      () => this.applyMeasure(),
      label('From', this.start),
      label('to', this.end),
      h('button', { type: 'submit' }, 'Ask'),
      this.result,
      this.command,
    );
    this.circleForm = this.form(
      'circle',
      'Two clicks on the map: the middle, then the edge.',
      () => this.applyCircle(),
      label('Around', this.center),
      label('within', this.radius),
      h('button', { type: 'submit' }, 'Apply'),
    );
    this.panel = h('div', { class: 'tools' }, this.measureForm, this.circleForm);
  }

  toolButton(text, tool) {
    return h('button', { type: 'button', 'aria-pressed': 'false', onclick: () => this.toggle(tool) }, text);
  }

  form(tool, hint, submit, ...children) {
    const onsubmit = (event) => {
      event.preventDefault();
      submit();
    };
    const clear = h('button', { type: 'button', onclick: () => this.clear(tool) }, 'Clear');
    return h(
      'form',
      { hidden: true, novalidate: true, onsubmit }, // the submission says what is wrong, and takes it back
      h('span', { class: 'aside' }, hint),
      ...children.slice(0, 3),
      clear,
      ...children.slice(3),
    );
  }

  toggle(tool) {
    this.tool = this.tool === tool ? null : tool;
    this.pending = null;
    this.changed();
  }

  clear(tool) {
    this.tool = null;
    this.pending = null;
    go({ [tool]: null }, { replace: true });
    this.changed();
  }

  changed() {
    this.version++;
    requestDraw();
  }

  /** Takes a click, if a tool is in use. */
  takes(point) {
    if (!this.tool || isPast()) return false;
    if (!this.pending) {
      this.pending = point;
      (this.tool === 'measure' ? this.start : this.center).value = pointText(point);
    } else {
      const first = this.pending;
      this.pending = null;
      if (this.tool === 'measure') go({ measure: { start: first, end: point } }, { replace: true });
      else
        go(
          { circle: { ...first, within: Math.max(1, Math.ceil(Math.hypot(point.x - first.x, point.y - first.y))) } },
          { replace: true },
        );
      if (this.tool === 'circle') this.tool = null; // the next click selects again
    }
    this.changed();
    return true;
  }

  applyMeasure() {
    const [start, end] = [pointOf(this.start.value), pointOf(this.end.value)];
    if (start && end) {
      this.answer = { key: '', text: '' }; // the same question may have another answer by now
      go({ measure: { start, end } }, { replace: true });
      requestDraw();
    } else setText(this.result, 'Expected two points x,y of whole numbers.');
  }

  applyCircle() {
    const center = pointOf(this.center.value);
    const within = Number(this.radius.value);
    const isRadius = this.radius.value.trim() !== '' && within >= 0 && Number.isFinite(within);
    this.center.setCustomValidity(center ? '' : 'Expected a point x,y of whole numbers.');
    this.radius.setCustomValidity(isRadius ? '' : 'Expected a distance from 0 on.');
    if (this.circleForm.reportValidity()) go({ circle: { ...center, within } }, { replace: true });
  }

  draw() {
    this.measureButton.setAttribute('aria-pressed', String(this.tool === 'measure'));
    this.circleButton.setAttribute('aria-pressed', String(this.tool === 'circle'));
    this.measureForm.hidden = this.tool !== 'measure' && !route.measure;
    this.circleForm.hidden = this.tool !== 'circle' && !route.circle;
    this.ask();
    this.show(this.circleKey, route.circle, 'circleKey', ({ within, ...center }) => {
      this.center.value = pointText(center);
      this.radius.value = String(within);
    });
  }

  // Fills the fields when the address has another value, not while the reader types.
  show(shownKey, value, name, fill) {
    const key = JSON.stringify(value);
    if (key === shownKey) return;
    this[name] = key;
    if (value) fill(value);
  }

  async ask() {
    const key = JSON.stringify(route.measure);
    if (key === this.answer.key) return;
    this.answer = { key, text: '' };
    this.command.hidden = !route.measure;
    setText(this.result, route.measure ? 'Asking …' : '');
    if (!route.measure) return this.changed();
    const [start, end] = [pointText(route.measure.start), pointText(route.measure.end)];
    [this.start.value, this.end.value] = [start, end];
    this.command.show(commandLine('displace', [], [start, end]));
    let said;
    try {
      const { distance } = await json('api/displacement', { start, end });
      if (this.answer.key === key) this.answer.text = String(distance);
      said = String(distance);
    } catch (failure) {
      said =
        failure.status === 403 ? 'The token does not permit displacements (displacement:compute).' : failure.message;
    }
    if (this.answer.key !== key) return; // another one has been asked for
    setText(this.result, said);
    this.changed();
  }

  /** What is to be drawn. */
  shown() {
    return { pending: this.pending, measure: route.measure && { ...route.measure, text: this.answer.text } };
  }
}

const pointInput = () => h('input', { type: 'text', placeholder: 'x,y', size: '11', autocomplete: 'off' });
const label = (text, input) => h('label', {}, text, ' ', input);
