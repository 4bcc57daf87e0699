// Keeps the fleet live: loads the sources, follows the stream of frames, and resumes it by position when it was cut.

import { all, request, ApiError } from './api.js';
import { events } from './events.js';
import { Fleet } from './fleet.js';
import { learnServerTime, parse, serverNow } from './time.js';
import { measured, requestDraw } from './draw.js';

const SILENCE = 5000; // frames come each second, also without news
const STALE = 2500;
const FIRST_PAUSE = 300;
const LONGEST_PAUSE = 8000;

export const fleet = new Fleet();

/** How the page is connected: connecting, loading, live, away, paused (hidden tab) or refused. */
export const link = {
  state: 'connecting',
  detail: '',
  trouble: '',
  frameTime: null,
  retryAt: null,
  loaded: false,
  version: '',
};

let place = null; // {logId, position}: after which frames are wanted
let complete = false; // whether all sources are loaded, up to the place
let joined = false; // whether the next frame has to follow the place
let waiting = null; // frames that came while the sources were loaded
let connection = null;
let wake = () => {};
const frameListeners = [];
const logListeners = [];

/** Has a function called with each frame that was applied. */
export const onFrame = (listener) => frameListeners.push(listener);

/** Has a function called when positions mean nothing any more, since the log is another one. */
export const onLogReplaced = (listener) => logListeners.push(listener);

/** How old the picture is, in milliseconds. */
export const behind = () => Math.max(0, serverNow() - link.frameTime);

export const isStale = () => link.state === 'live' && behind() > STALE;

/** Tries again at once. */
export const retryNow = () => wake();

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
    failures = link.frameTime === before ? failures + 1 : 1;
    const wait =
      failure?.retryAfter * 1000 || Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** failures) * (0.7 + 0.6 * Math.random());
    link.retryAt = Date.now() + wait;
    say(failure?.status === 403 || failure?.status === 404 ? 'refused' : 'away', failure?.message ?? '');
    await pause(wait);
  }
}

// Returns why the stream ended; null if the server ended it.
async function connect() {
  connection = new AbortController();
  if (link.state !== 'live') say(link.loaded ? 'away' : 'connecting', link.detail);
  let watch;
  const alive = () => {
    clearTimeout(watch);
    watch = setTimeout(() => connection.abort(), SILENCE);
  };
  try {
    const response = await request('console/frames', resumption(), { signal: connection.signal });
    alive();
    for await (const event of events(response)) {
      alive();
      measured(() => take(event));
    }
    return null;
  } catch (failure) {
    return failure instanceof ApiError ? failure : { message: 'The server does not answer.' };
  } finally {
    clearTimeout(watch);
    connection.abort();
  }
}

const resumption = () => (place ? { after: place.position, log_id: place.logId } : {});

function take({ type, data }) {
  if (type === 'comment' || type === 'bye') return;
  const message = JSON.parse(data);
  if (type === 'hello') greet(message);
  else if (type === 'frame') waiting ? waiting.push(message) : apply(message);
  else if (type === 'reset') restart(message);
  else if (type === 'error') link.trouble = message.detail;
}

function greet(hello) {
  learnServerTime(parse(hello.now));
  link.version = hello.server_version;
  if (place && place.logId !== hello.log_id) return; // a reset follows
  place ??= { logId: hello.log_id, position: hello.head_position };
  if (complete) say('live');
  else load();
}

function restart({ reason, log_id: logId, position }) {
  place = { logId, position };
  load(reason);
}

/** Loads all sources, then applies the frames that came meanwhile: each knows which of its records are new. */
async function load(reason) {
  if (waiting) return;
  waiting = [];
  complete = false;
  joined = false;
  if (reason === 'LOG_CHANGED') logListeners.forEach((listener) => listener());
  if (!link.loaded) say('loading');
  try {
    fleet.load(await all('api/sources', 'sources', { limit: 1000 }, { signal: connection.signal }));
    complete = true;
    link.loaded = true;
    say('live');
    const frames = waiting;
    waiting = null;
    frames.forEach(apply);
  } catch {
    waiting = null;
    connection.abort(); // the next one loads them again
  }
}

function apply(frame) {
  const isGap = joined && frame.after > place.position;
  learnServerTime(parse(frame.now));
  link.frameTime = parse(frame.now);
  link.trouble = '';
  place.position = frame.position;
  joined = true;
  if (isGap) return load('GAP');
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
