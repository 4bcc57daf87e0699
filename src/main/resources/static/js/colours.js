// The colours of the style sheet, for canvases: as the theme has them now.

import { onSettings } from './settings.js';

const known = new Map();
const listeners = [];

/** A custom property of the style sheet as a colour that a canvas takes. */
export function colour(name) {
  if (!known.has(name)) {
    const probe = document.createElement('span');
    probe.style.color = `var(--${name})`;
    document.body.append(probe);
    known.set(name, getComputedStyle(probe).color);
    probe.remove();
  }
  return known.get(name);
}

/** Has a function called when the colours are others. */
export const onColours = (listener) => listeners.push(listener);

function forget() {
  known.clear();
  listeners.forEach((listener) => listener());
}

onSettings(() => requestAnimationFrame(forget)); // once the document has its new theme
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', forget);
