// Draws at most once per frame of the screen, and measures how long that takes.

const WINDOW = 2000;

const painters = new Set();
let requested = false;
let worst = 0;
let windowStart = 0;
const channel = new MessageChannel();
let frameStart = 0;

/** Has a function called with each drawing; returns how to end that. */
export function onDraw(painter) {
  painters.add(painter);
  return () => painters.delete(painter);
}

/** Asks for a drawing with the next frame of the screen. */
export function requestDraw() {
  if (requested || document.hidden) return;
  requested = true;
  requestAnimationFrame(draw);
}

function draw() {
  requested = false;
  frameStart = performance.now();
  for (const painter of painters) {
    try {
      painter();
    } catch (fault) {
      reportError(fault); // the others are drawn all the same
    }
  }
  channel.port2.postMessage(null); // comes once the browser has laid out and painted
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
