// How many sources were in which state over time, as far back as the log knows.

import { ApiError, json, request } from './api.js';
import { statusText } from './status.js';
import { parse, toText } from './time.js';

const STEPS = 120;

/** Promises snapshots {time, counts}, the oldest first. A period that begins before the known states is cut. */
export async function snapshots({ from, to }) {
  try {
    return await summary(from, to);
  } catch (failure) {
    if (!(failure instanceof ApiError) || failure.problem.reason !== 'STATES_UNKNOWN') throw failure;
    const first = await timeOf(Number(failure.problem.metadata.first_position));
    if (!(first > from && first < to)) throw failure;
    return summary(first, to);
  }
}

async function summary(from, to) {
  const answer = await json('api/summary', { from: toText(from), to: toText(to), steps: STEPS });
  return (answer.snapshots ?? []).map(({ time, statuses }) => ({
    time: parse(time),
    counts: new Map(statuses.map(({ status, sources }) => [statusText(status), sources])),
  }));
}

// When the record at a position was recorded, rounded up to the millisecond: the first line of those from there on.
async function timeOf(position) {
  const reading = new AbortController();
  const response = await request('api/records', { after: position - 1 }, { signal: reading.signal });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!text.includes('\n')) {
    const { value, done } = await reader.read();
    if (done) break;
    text += value;
  }
  reading.abort();
  return parse(JSON.parse(text.split('\n')[0]).recorded_at) + 1;
}
