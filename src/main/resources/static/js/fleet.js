// The sources and their states: loaded once, then kept up to date by frames.

import { parse } from './time.js';
import { concern, statusText } from './status.js';

export class Fleet {
  sources = new Map();
  counts = new Map();
  /** Moves with each change. */
  version = 0;
  /** Moves when a source came, or changed its state: with what sources are ordered by. */
  stateVersion = 0;

  /** Takes the rows of the API's list in the place of all sources. */
  load(rows) {
    this.sources = new Map();
    this.counts = new Map();
    for (const row of rows) {
      this.#put({
        name: row.source,
        status: statusText(row.status),
        since: parse(row.state_since),
        position: row.position ?? 0,
        recorded: row.recorded_at ? parse(row.recorded_at) : null,
        info: row.info ?? '',
        location: row.location ?? null,
      });
    }
    this.version++;
    this.stateVersion++;
  }

  /** Applies what a frame says of sources; what is known already, since the list was loaded later, is passed over. */
  apply(frame) {
    for (const news of frame.sources) {
      const known = this.sources.get(news.source);
      if (!known) this.#put(newSource(news));
      else if (news.position > known.position) this.#update(known, news);
    }
    if (frame.sources.length > 0) this.version++;
  }

  #put(source) {
    source.concern = concern(source.status);
    this.sources.set(source.name, source);
    this.#count(source.status, 1);
    this.stateVersion++;
  }

  #update(source, news) {
    const status = statusText(news.status);
    const since = parse(news.since);
    // The run goes on if all records of the frame have the status, or if the record that is known is in the run itself.
    const goesOn = source.status === status && (news.whole || source.recorded >= since);
    if (!goesOn) {
      this.#count(source.status, -1);
      this.#count(status, 1);
      source.status = status;
      source.concern = concern(status);
      source.since = since;
      this.stateVersion++;
    }
    source.position = news.position;
    source.recorded = parse(news.recorded_at);
    source.info = news.info;
    source.location = news.location ?? source.location;
  }

  #count(status, by) {
    const count = (this.counts.get(status) ?? 0) + by;
    if (count > 0) this.counts.set(status, count);
    else this.counts.delete(status);
  }
}

function newSource(news) {
  return {
    name: news.source,
    status: statusText(news.status),
    since: parse(news.since),
    position: news.position,
    recorded: parse(news.recorded_at),
    info: news.info,
    location: news.location ?? null,
  };
}
