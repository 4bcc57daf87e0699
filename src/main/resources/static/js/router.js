// The address says what is shown: a view, its filters, and absolute times. It never holds a token.

import { parse, parseDuration, toText } from './time.js';

const VIEWS = ['sources', 'map', 'source', 'live'];
const listeners = [];
const INITIAL = {
  view: 'sources',
  source: null, // the source of the page of one source
  status: [], // only these
  text: '', // only names with this text
  circle: null, // {x, y, within}: only sources in it
  silent: false, // only those that are silent
  quiet: '10m', // after how long without a report a source counts as silent
  at: null, // the moment that is shown, in milliseconds; null is now
  range: '1h', // how far the plot reaches back from now
  from: null, // or its absolute times
  to: null,
  measure: null, // {start, end}: a displacement
  sort: 'state',
};

export let route = read();

export const onRoute = (listener) => listeners.push(listener);

/** Goes to what is shown now with some changes; replaces the entry of the history where the change is small. */
export function go(changes, { replace = false } = {}) {
  const address = addressOf({ ...route, ...changes });
  if (address === location.hash) return;
  if (replace) history.replaceState(null, '', address);
  else history.pushState(null, '', address);
  changed();
}

/** The address of what is shown now, with some changes. */
export const link = (changes) => addressOf({ ...route, ...changes });

window.addEventListener('popstate', changed);
window.addEventListener('hashchange', changed);

function changed() {
  const before = route;
  route = read();
  if (addressOf(before) !== addressOf(route)) listeners.forEach((listener) => listener(route, before));
}

function read() {
  const [path, query] = location.hash.replace(/^#\/?/, '').split('?', 2);
  const [view, name] = path.split('/', 2);
  const values = new URLSearchParams(query);
  const time = (key) => (Number.isFinite(parse(values.get(key))) ? parse(values.get(key)) : null);
  const source = view === 'source' ? decoded(name) : null;
  const [from, to] = [time('from'), time('to')];
  return {
    ...INITIAL,
    view: VIEWS.includes(view) && (view !== 'source' || source) ? view : 'sources',
    source,
    status: (values.get('status') ?? '').split(',').filter((status) => /^([A-Z]+|-?\d+)$/.test(status)),
    text: values.get('text') ?? '',
    circle: circleOf(values.get('near'), values.get('within')),
    silent: values.get('silent') === 'only',
    quiet: parseDuration(values.get('quiet')) ? values.get('quiet') : INITIAL.quiet,
    at: time('at'),
    range: parseDuration(values.get('range')) ? values.get('range') : INITIAL.range,
    ...(from !== null && to > from && { from, to }),
    measure: measureOf(values.get('measure')),
    sort: /^-?[a-z]+$/.test(values.get('sort') ?? '') ? values.get('sort') : INITIAL.sort,
  };
}

function addressOf(shown) {
  const values = new URLSearchParams();
  const set = (key, value) => value !== null && value !== '' && value !== INITIAL[key] && values.set(key, value);
  set('status', shown.status.join(','));
  set('text', shown.text);
  if (shown.circle) {
    set('near', pointText(shown.circle));
    set('within', String(shown.circle.within));
  }
  if (shown.silent) set('silent', 'only');
  set('quiet', shown.quiet);
  set('at', shown.at === null ? null : toText(shown.at));
  if (shown.from === null) set('range', shown.range);
  else {
    set('from', toText(shown.from));
    set('to', toText(shown.to));
  }
  if (shown.measure) set('measure', `${pointText(shown.measure.start)}_${pointText(shown.measure.end)}`);
  set('sort', shown.sort);
  const path = shown.view === 'source' ? `source/${encodeURIComponent(shown.source)}` : shown.view;
  const query = values.toString().replaceAll('%2C', ',').replaceAll('%3A', ':');
  return `#/${path}${query && '?' + query}`;
}

export const pointText = ({ x, y }) => `${x},${y}`;

/** Reads x,y: two whole numbers of 32 bits; null if the text is none. */
export function pointOf(text) {
  const found = /^\s*([+-]?\d{1,10})\s*,\s*([+-]?\d{1,10})\s*$/.exec(text ?? '');
  if (!found) return null;
  const [x, y] = [Number(found[1]), Number(found[2])];
  return (x | 0) === x && (y | 0) === y ? { x, y } : null;
}

function circleOf(near, within) {
  const center = pointOf(near);
  const radius = Number(within);
  return center && within && radius >= 0 && Number.isFinite(radius) ? { ...center, within: radius } : null;
}

function measureOf(text) {
  const [start, end] = (text ?? '').split('_').map(pointOf);
  return start && end ? { start, end } : null;
}

function decoded(text) {
  try {
    return decodeURIComponent(text ?? '') || null;
  } catch {
    return null;
  }
}
