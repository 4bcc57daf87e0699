// The way that a source came: the locations of its newest records, and those that follow.

import { json, sourcePath } from './api.js';
import { requestDraw } from './draw.js';
import { onFrame, onGap, onLogReplaced } from './feed.js';

const LIMIT = 1000;

/** The track that is shown; its points from the oldest to the newest. */
export const track = { name: null, points: [], version: 0 };
let loading = null;

/** Shows the track of a source; of none, if the name is null. */
export async function showTrack(name) {
  if (track.name === name) return;
  loading?.abort();
  Object.assign(track, { name, points: [], version: track.version + 1 });
  if (name === null) return;
  loading = new AbortController();
  const { signal } = loading;
  try {
    const { records } = await json(sourcePath(name, 'records'), { limit: LIMIT }, { signal });
    if (signal.aborted) return;
    const position = track.points.at(-1)?.position ?? 0; // frames may have come before
    const older = records
      .reverse()
      .filter((record) => record.location && (!position || record.position < track.points[0].position));
    track.points = [...older.map(pointOf), ...track.points];
    track.version++;
    requestDraw();
  } catch {
    // no track, then: the source is on the map all the same
  }
}

const pointOf = ({ position, location }) => ({ position, x: location.x, y: location.y });

onFrame((frame) => {
  if (track.name === null) return;
  const news = frame.sources.find(({ source }) => source === track.name);
  if (!news?.location) return;
  const records = frame.records.filter(({ source, location }) => source === track.name && location);
  track.points.push(...(records.length > 0 ? records.map(pointOf) : [pointOf(news)]));
  track.points.splice(0, track.points.length - LIMIT);
  track.version++;
});

// The next drawing loads it anew.
const forget = () => showTrack(null);
onGap(forget);
onLogReplaced(forget);
