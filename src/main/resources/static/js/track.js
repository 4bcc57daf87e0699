// The way that a source came: the locations of its newest records, and those that follow.

import { json, sourcePath } from './api.js';
import { requestDraw } from './draw.js';
import { onFrame, onGap, onLogReplaced } from './feed.js';

const LIMIT = 1000;

/** The track that is shown; its points from the oldest to the newest. */
export const track = { name: null, points: [], version: 0 };
let loading = null;
let isIncomplete = false; // whether a frame has left out locations that may not be loaded yet

/** Shows the track of a source; of none, if the name is null. */
export function showTrack(name) {
  if (track.name === name) return;
  loading?.abort();
  loading = null;
  Object.assign(track, { name, points: [], version: track.version + 1 });
  if (name !== null) load();
}

async function load() {
  const { signal } = (loading = new AbortController());
  try {
    do {
      isIncomplete = false;
      const { records } = await json(sourcePath(track.name, 'records'), { limit: LIMIT }, { signal });
      if (signal.aborted) return;
      const loaded = records.filter(({ location }) => location).reverse();
      const newer = track.points.filter(({ position }) => position > (records[0]?.position ?? 0)); // of frames
      show([...loaded.map(pointOf), ...newer]);
      requestDraw();
    } while (isIncomplete);
  } catch {
    // the track goes on with what frames bring
  }
  if (!signal.aborted) loading = null;
}

const pointOf = ({ position, location }) => ({ position, x: location.x, y: location.y });

function show(points) {
  track.points = points.slice(-LIMIT);
  track.version++;
}

onFrame((frame) => {
  if (track.name === null) return;
  const news = frame.sources.find(({ source }) => source === track.name);
  if (!news?.location) return;
  const records = frame.records.filter(({ source, location }) => source === track.name && location);
  show([...track.points, ...(records.length > 0 ? records : [news]).map(pointOf)]);
  if (frame.omitted === 0) return;
  isIncomplete = true;
  if (loading === null) load();
});

// The next drawing loads it anew.
const forget = () => showTrack(null);
onGap(forget);
onLogReplaced(forget);
