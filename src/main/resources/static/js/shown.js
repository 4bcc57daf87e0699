// What of the fleet is shown: of now or of an earlier moment, filtered, in order, the silent sources apart.

import { all } from './api.js';
import { fleet, link, onLogReplaced } from './feed.js';
import { Fleet } from './fleet.js';
import { onDraw, requestDraw } from './draw.js';
import { onRoute, route } from './router.js';
import { byConcern } from './status.js';
import { parseDuration, serverNow, toText } from './time.js';

const DRAG_PAUSE = 150;
const RETRY_AFTER = 5; // seconds

/** The fleet of an earlier moment: being loaded, loaded, or not to be had. */
const past = { at: null, fleet: new Fleet(), state: 'none', detail: '', failedAt: null, retryAt: Infinity };
let loading = null;
let cached = { key: '' };

/** The source that is marked in the list and on the map; its name. */
export const selection = { name: null };

export function select(name) {
  selection.name = name;
  requestDraw();
}

export const isPast = () => route.at !== null;
export const pastState = () => past;

/** The fleet that is shown. */
export const shownFleet = () => (isPast() ? past.fleet : fleet);

export const isLoaded = () => (isPast() ? past.state === 'loaded' : link.loaded);

/** The time of what is shown. */
export const shownTime = () => route.at ?? serverNow();

export const isSilent = (source) => source.recorded !== null && source.recorded < silentBefore;

let silentBefore = -Infinity;

/** Moves the time before which a last report makes a source silent; of earlier moments, last reports are not known. */
function moveSilence() {
  silentBefore = isPast() ? -Infinity : serverNow() - parseDuration(route.quiet);
}

onDraw(moveSilence); // before all else that is drawn

export const distanceFrom = (point, location) => Math.hypot(location.x - point.x, location.y - point.y);

function isInCircle(source) {
  return !route.circle || (source.location && distanceFrom(route.circle, source.location) <= route.circle.within);
}

/** Whether a source passes the filters of status, name and place. */
export function passes(source) {
  return (
    (route.status.length === 0 || route.status.includes(source.status)) &&
    (route.text === '' || source.name.toLowerCase().includes(route.text.toLowerCase())) &&
    (isPast() || isInCircle(source))
  );
}

const ORDERS = {
  state: (a, b) => a.concern - b.concern || a.since - b.since || byConcern(a.status, b.status) || ORDERS.name(a, b),
  since: (a, b) => a.since - b.since || ORDERS.name(a, b),
  report: (a, b) => b.recorded - a.recorded || ORDERS.name(a, b),
  name: (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
};

/** The sources that pass, in order: {reporting, silent}. It is made anew only when something in it may have changed. */
export function rows() {
  const of = shownFleet();
  const second = Math.floor(serverNow() / 1000); // silence comes with time alone
  const moving = route.circle || route.sort.endsWith('report') ? of.version : of.stateVersion;
  const key = [
    past.state,
    route.at,
    moving,
    second,
    route.status,
    route.text,
    route.sort,
    route.quiet,
    route.silent,
    JSON.stringify(route.circle),
  ].join('|');
  if (cached.key === key && cached.sources === of.sources) return cached;
  const order = ORDERS[route.sort.replace('-', '')] ?? ORDERS.state;
  // What was in order before is nearly so again, and then sorted in no time.
  const known = cached.sources === of.sources && cached.all.length === of.sources.size;
  const all = (known ? cached.all : [...of.sources.values()]).sort(
    route.sort.startsWith('-') ? (a, b) => order(b, a) : order,
  );
  const sorted = all.filter(passes);
  const silent = sorted.filter(isSilent);
  const onlySilent = route.silent && !isPast(); // of earlier moments, last reports are not known
  const reporting = onlySilent ? [] : silent.length === 0 ? sorted : sorted.filter((source) => !isSilent(source));
  cached = { key, sources: of.sources, all, reporting, silent };
  return cached;
}

onRoute((now, before) => {
  if (now.at !== before.at) loadPast();
  if (now.source !== null) selection.name = now.source;
  requestDraw();
});

/** Loads who was in which state at the moment of the address; what was asked for before is given up. */
export async function loadPast() {
  loading?.abort();
  if (route.at === null || past.at === route.at) return;
  loading = new AbortController();
  const { signal } = loading;
  const at = route.at;
  const isRetry = past.state === 'failed' && past.failedAt === at;
  Object.assign(past, { at: null, retryAt: Infinity, ...(!isRetry && { state: 'loading', detail: '' }) });
  try {
    await new Promise((resolve) => setTimeout(resolve, DRAG_PAUSE)); // the slider may go on
    if (signal.aborted) return;
    const wait = at - serverNow();
    if (wait > 0) throw { message: 'They are still to come.', retryAfter: wait / 1000 };
    const found = await all('api/sources', 'sources', { at: toText(at), limit: 1000 }, { signal });
    past.fleet.load(found);
    Object.assign(past, { at, state: 'loaded' });
  } catch (failure) {
    if (signal.aborted) return;
    past.fleet.load([]);
    const retryAt = performance.now() + (failure.retryAfter || RETRY_AFTER) * 1000;
    Object.assign(past, { state: 'failed', detail: failure.message, failedAt: at, retryAt });
  }
  requestDraw();
}

onDraw(() => {
  if (isPast() && link.state === 'live' && performance.now() >= past.retryAt) loadPast();
});

onLogReplaced(() => {
  past.at = null;
  loadPast();
});
