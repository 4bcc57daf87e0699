// Keeps the fleet live: loads the sources, follows the stream of frames, and resumes it by position when it was cut.

import { all, request, ApiError, NO_ANSWER } from './api.js';
import { events } from './events.js';
import { Fleet } from './fleet.js';
import { learnServerTime, parse, serverNow } from './time.js';
import { measured, requestDraw } from './draw.js';

const SILENCE = 5000; // frames come each second, also without news
const STALE = 2500;
const FIRST_PAUSE = 300;
const LONGEST_PAUSE = 8000;
const MOST_WAITING = 240; // frames of a minute

export const fleet = new Fleet();

/** How the page is connected: connecting, loading, live, away, paused (hidden tab) or refused. */
export const link = {
  state: 'connecting',
  detail: '',
  trouble: '',
  frameTime: null,
  retryAt: null,
  loaded: false,
  version: null, // of the server that the page began with
  isOutdated: false, // whether the server is of another one by now
};

let place = null; // {logId, position}: after which frames are wanted
let complete = false; // whether all sources are loaded, up to the place
let joined = false; // whether the next frame has to follow the place
let waiting = null; // frames that came while the sources were loaded
let connection = null;
let loading = null; // the load of the sources that is under way
let refusal = null; // why the sources could not be loaded
let answered = true; // whether the connection has an answer
let impatient = false; // whether the reader did not wait for one
let wake = () => {};
const frameListeners = [];
const logListeners = [];
const gapListeners = [];

/** Has a function called with each frame that was applied. */
export const onFrame = (listener) => frameListeners.push(listener);

/** Has a function called when positions mean nothing any more: the log is another one, or an earlier copy of it. */
export const onLogReplaced = (listener) => logListeners.push(listener);

/** Has a function called with how many records the page is not told of; the sources are then loaded again. */
export const onGap = (listener) => gapListeners.push(listener);

/** How old the picture is, in milliseconds. */
export const behind = () => Math.max(0, serverNow() - link.frameTime);

export const isStale = () => link.state === 'live' && behind() > STALE;

/** Tries again at once; an attempt that has no answer yet is given up. */
export function retryNow() {
  impatient = !answered;
  if (impatient) connection.abort();
  wake();
}

/** Follows the log for as long as the page is open. */
export async function follow() {
  document.addEventListener('visibilitychange', () => (document.hidden ? connection?.abort() : wake()));
  for (let failures = 0; ;) {
    if (document.hidden) {
      say('paused');
      await pause(Infinity);
    }
    const before = link.frameTime;
    const failure = await connect();
    if (document.hidden) continue;
    if (impatient) continue;
    failures = link.frameTime === before ? failures + 1 : 1;
    const wait =
      failure?.retryAfter * 1000 || Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** failures) * (0.7 + 0.6 * Math.random());
    link.retryAt = performance.now() + wait;
    say(failure?.status === 403 || failure?.status === 404 ? 'refused' : 'away', failure?.message ?? '');
    await pause(wait);
  }
}

// Returns why the stream ended; null if the server ended it.
async function connect() {
  connection = new AbortController();
  answered = false;
  impatient = false;
  refusal = null;
  if (link.state !== 'live') say(link.loaded ? 'away' : 'connecting', link.detail);
  let watch;
  const alive = () => {
    clearTimeout(watch);
    watch = setTimeout(() => connection.abort(), SILENCE);
  };
  try {
    const response = await request('console/frames', resumption(), { signal: connection.signal });
    answered = true;
    alive();
    for await (const event of events(response)) {
      alive();
      measured(() => take(event));
    }
    return null;
  } catch (failure) {
    const reason = refusal ?? failure;
    return reason instanceof ApiError ? reason : { message: NO_ANSWER };
  } finally {
    answered = true;
    clearTimeout(watch);
    connection.abort();
    loading?.abort();
  }
}

const resumption = () => (place ? { after: place.position, log_id: place.logId } : {});

function take({ type, data }) {
  if (type === 'comment' || type === 'bye') return;
  const message = JSON.parse(data);
  if (type === 'hello' || type === 'frame') learnServerTime(parse(message.now), { first: type === 'hello' });
  if (type === 'hello') greet(message);
  else if (type === 'frame') receive(message);
  else if (type === 'reset') restart(message);
  else if (type === 'error') link.trouble = message.detail;
}

function greet(hello) {
  link.version ??= hello.server_version;
  link.isOutdated = hello.server_version !== link.version;
  if (place && place.logId !== hello.log_id) return; // a reset follows
  place ??= { logId: hello.log_id, position: hello.head_position };
  if (complete) say('live');
  else load();
}

function restart({ reason, log_id: logId, position }) {
  if (reason === 'TOO_OLD') skip(position);
  else {
    link.loaded = false;
    logListeners.forEach((listener) => listener());
  }
  place = { logId, position };
  load();
}

function skip(position) {
  const missed = Math.max(0, position - place.position);
  place.position = position;
  gapListeners.forEach((listener) => listener(missed));
}

/** Loads all sources, then applies the frames that came meanwhile. A load that is under way is given up. */
async function load() {
  loading?.abort();
  loading = new AbortController();
  const { signal } = loading;
  waiting = [];
  complete = false;
  joined = false;
  if (!link.loaded) say('loading');
  try {
    // Another replica may answer, and may be behind.
    const rows = await all('api/sources', 'sources', { limit: 1000, min_position: place.position }, { signal });
    if (signal.aborted) return;
    fleet.load(rows);
    complete = true;
    link.loaded = true;
    say('live');
    const frames = waiting;
    waiting = null;
    frames.forEach(receive);
  } catch (failure) {
    if (signal.aborted) return;
    refusal = failure;
    waiting = null;
    connection.abort(); // the next one loads them again
  }
}

function receive(frame) {
  if (!waiting) apply(frame);
  else if (waiting.length < MOST_WAITING) waiting.push(frame);
  else {
    skip(frame.position);
    load();
  }
}

function apply(frame) {
  if (joined && frame.after > place.position) {
    skip(frame.after);
    load();
    return receive(frame);
  }
  link.frameTime = parse(frame.now);
  link.trouble = '';
  place.position = frame.position;
  joined = true;
  document.documentElement.dataset.position = frame.position;
  if (link.state !== 'live') say('live');
  fleet.apply(frame);
  if (frame.count > 0) {
    frameListeners.forEach((listener) => listener(frame));
    requestDraw();
  }
}

function say(state, detail = '') {
  Object.assign(link, { state, detail });
  requestDraw();
}

function pause(milliseconds) {
  return new Promise((resolve) => {
    wake = resolve;
    if (milliseconds !== Infinity) setTimeout(resolve, milliseconds);
  });
}
