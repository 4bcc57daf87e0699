// Times as text, in UTC or in the reader's zone, and the server's clock as this page knows it.

import { settings } from './settings.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const UNITS = [
  [DAY, 'd'],
  [HOUR, 'h'],
  [MINUTE, 'min'],
  [SECOND, 's'],
];

/** How much more this clock may seem to be behind with each sample: it follows a server's clock that is slower. */
const DRIFT_PER_SAMPLE = 0.2;

/**
 * After so many messages in a row that seem to be so late, a clock was set, or the server is another one. It is soon enough
 * for a log's clock that runs at half its speed for a while, since the server's was set back, to make no page stale.
 */
const LATE = 700;
const LATE_IN_A_ROW = 3;

let behindUs = null;
let late = 0;

/** Learns from a message what time the server has; the quickest message was the least late. The first of a stream counts. */
export function learnServerTime(milliseconds, { first = false } = {}) {
  const sample = Date.now() - milliseconds;
  late = sample > behindUs + LATE ? late + 1 : 0;
  const anew = first || behindUs === null || late === LATE_IN_A_ROW;
  if (anew) late = 0;
  behindUs = anew ? sample : Math.min(sample, behindUs + DRIFT_PER_SAMPLE);
}

/** The server's time, in milliseconds. */
export const serverNow = () => Date.now() - (behindUs ?? 0);

/** RFC 3339 to milliseconds. */
export const parse = (text) => Date.parse(text);

/** Milliseconds to RFC 3339 in UTC. */
export const toText = (milliseconds) => new Date(milliseconds).toISOString();

/** Reads 90s, 10m, 2h or 1d; null if the text is none of them. */
export function parseDuration(text) {
  const found = /^(\d{1,6})(s|m|h|d)$/.exec(text ?? '');
  return found ? Number(found[1]) * { s: SECOND, m: MINUTE, h: HOUR, d: DAY }[found[2]] : null;
}

/** A duration in its two largest units, cut: 1 d 4 h, 3 h 5 min, 2 min, 12 s. */
export function duration(milliseconds) {
  const left = Math.max(0, milliseconds);
  const first = UNITS.findIndex(([size]) => left >= size);
  if (first < 0) return '0 s';
  const [size, name] = UNITS[first];
  const next = UNITS[first + 1];
  const rest = next && first < 2 ? Math.floor((left % size) / next[0]) : 0;
  return `${Math.floor(left / size)} ${name}` + (rest ? ` ${rest} ${next[1]}` : '');
}

const pad = (value, width = 2) => String(value).padStart(width, '0');

/** The date and the time of day, to the second. */
export function stamp(milliseconds) {
  const shown = shifted(milliseconds);
  return `${shown.toISOString().slice(0, 10)} ${clock(milliseconds)}`;
}

/** The time of day, to the second or to the millisecond. */
export function clock(milliseconds, fine = false) {
  const shown = shifted(milliseconds);
  const fraction = fine ? '.' + pad(shown.getUTCMilliseconds(), 3) : '';
  return shown.toISOString().slice(11, 19) + fraction + (settings.utc ? 'Z' : '');
}

/** The time of day alone, or with its date if that is not today's. */
export function shortStamp(milliseconds) {
  const today = shifted(serverNow()).toISOString().slice(0, 10);
  return shifted(milliseconds).toISOString().startsWith(today) ? clock(milliseconds) : stamp(milliseconds);
}

/** Moves when the texts of times do: with the zone, and with each day. */
export const timeStyle = () => `${settings.utc} ${shifted(serverNow()).toISOString().slice(0, 10)}`;

// A time whose UTC fields are those that the reader sees.
function shifted(milliseconds) {
  const offset = settings.utc ? 0 : new Date(milliseconds).getTimezoneOffset() * MINUTE;
  return new Date(milliseconds - offset);
}
