// Makes elements. Text is always text: nothing here, or elsewhere on the page, parses markup.

import { shapeOf, classOf } from './status.js';

const SVG = 'http://www.w3.org/2000/svg';

/** An element with attributes, listeners (on…) and children; null, false and undefined are left out. */
export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Sets the text if it is another one: most of what is drawn again has not changed. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function setAttribute(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** The mark of a status; the word stands beside it. */
export function mark(status) {
  const element = svg('svg', { class: 'mark', viewBox: '-1.3 -1.3 2.6 2.6', 'aria-hidden': 'true' }, svg('path'));
  setMark(element, status);
  return element;
}

export function setMark(element, status) {
  if (element.dataset.status === status) return;
  element.dataset.status = status;
  element.setAttribute('class', `mark ${classOf(status)}`);
  element.firstChild.setAttribute('d', shapeOf(status));
}

/** The mark and the word. */
export const statusLabel = (status) => h('span', { class: 'status' }, mark(status), h('span', {}, status));
