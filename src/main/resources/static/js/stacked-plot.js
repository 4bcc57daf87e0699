// A stacked area of sources by status over time, drawn by uPlot.

// The version also stands in index.html and in pom.xml; PageFilesIT compares them.
import uPlot from '../webjars/uplot/1.6.30/dist/uPlot.esm.js';
import { colour } from './colours.js';
import { settings } from './settings.js';
import { classOf } from './status.js';
import { number } from './text.js';
import { stamp } from './time.js';

const HEIGHT = 160;
const LEFT = 56; // as in the style sheet, where the slider begins below the plot
const COUNTS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6];

export class StackedPlot {
  constructor(box) {
    this.box = box;
    new ResizeObserver(() => this.plot?.setSize({ width: box.clientWidth, height: HEIGHT })).observe(box);
  }

  /** Has the plot made anew, with other colours or times. */
  forget() {
    this.plot?.destroy();
    this.plot = null;
  }

  /** Shows snapshots {time, counts}; the first of the statuses lies on the axis. */
  show(snapshots, statuses, { from, to }) {
    this.period = [from / 1000, to / 1000];
    let below = snapshots.map(() => 0);
    const layers = statuses.map(
      (status) => (below = snapshots.map(({ counts }, i) => below[i] + (counts.get(status) ?? 0))),
    );
    const data = [snapshots.map(({ time }) => time / 1000), ...layers.reverse()];
    if (this.plot && this.statuses === statuses.join()) return this.plot.setData(data);
    this.forget();
    this.statuses = statuses.join();
    this.plot = new uPlot(this.options(statuses), data, this.box);
  }

  options(statuses) {
    const axis = {
      stroke: colour('text-quiet'),
      grid: { stroke: colour('grid'), width: 1 },
      ticks: { show: false },
      font: '12px system-ui, sans-serif',
    };
    const layer = (status) => ({
      stroke: colour('map'),
      width: 1,
      fill: colour(classOf(status)),
      points: { show: false },
    });
    return {
      width: this.box.clientWidth,
      height: HEIGHT,
      legend: { show: false },
      cursor: { show: false },
      padding: [8, 8, 0, 0],
      ...(settings.utc && { tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'UTC') }),
      scales: { x: { range: () => this.period }, y: { range: (_, low, high) => [0, Math.max(1, high)] } },
      axes: [
        { ...axis, size: 28, values: (_, ticks) => ticks.map((tick) => tickText(tick * 1000, ticks)) },
        { ...axis, size: LEFT, incrs: COUNTS, values: (_, ticks) => ticks.map(number) },
      ],
      // Each layer is drawn from the axis up, over the higher one before it.
      series: [{}, ...statuses.toReversed().map(layer)],
    };
  }
}

// The time of day to the minute; the date where ticks are days apart.
function tickText(time, ticks) {
  const [date, ofDay] = stamp(time).split(' ');
  return ticks[1] - ticks[0] >= 86_400 ? date.slice(5) : ofDay.slice(0, 5);
}
