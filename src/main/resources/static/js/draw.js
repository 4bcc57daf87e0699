// Draws at most once per frame of the screen, in parts where it takes long, and measures how long a frame takes.

const WINDOW = 2000;
const BUDGET = 8; // milliseconds after which what is left is drawn with the next frame of the screen

const painters = new Set();
const channel = new MessageChannel();
let left = [];
let requested = false;
let scheduled = false;
let frameStart = 0;
let worst = 0;
let windowStart = 0;

/** Has a function called with each drawing. */
export const onDraw = (painter) => painters.add(painter);

/** Asks for a drawing with the next frame of the screen. */
export function requestDraw() {
  requested = true;
  schedule();
}

function schedule() {
  if (scheduled || document.hidden) return;
  scheduled = true;
  requestAnimationFrame(draw);
}

function draw() {
  scheduled = false;
  frameStart = performance.now();
  if (left.length === 0) {
    left = [...painters];
    requested = false;
  }
  do paint(left.shift());
  while (left.length > 0 && performance.now() - frameStart < BUDGET);
  if (left.length > 0 || requested) schedule();
  channel.port2.postMessage(null); // comes once the browser has laid out and painted
}

function paint(painter) {
  try {
    painter();
  } catch (fault) {
    reportError(fault); // the others are drawn all the same
  }
}

channel.port1.onmessage = () => record(performance.now() - frameStart);

/** Measures work outside of drawings, too: parsing and applying what has arrived. */
export function measured(work) {
  const start = performance.now();
  const result = work();
  record(performance.now() - start);
  return result;
}

// Each window's worst time, in milliseconds, and how many windows there were.
function record(time) {
  worst = Math.max(worst, time);
  const now = performance.now();
  if (now - windowStart < WINDOW) return;
  const page = document.documentElement.dataset;
  page.worstFrame = worst.toFixed(1);
  page.frameWindows = Number(page.frameWindows ?? 0) + 1;
  windowStart = now;
  worst = 0;
}
