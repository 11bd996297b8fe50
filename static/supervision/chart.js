/** The geometry of charts, without drawing. */

const MIN_HOURS = 12;
const STEPS = [1, 2, 5, 10];
const MINUTE = 60_000;
/** Readable ends of a time axis, in minutes. */
const MINUTES = [1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 1_440];

/** @typedef {{at: number, conversations: number, first_reply: number|null}} Hour */
/** @typedef {{x: number, y: number}} Point */

/**
 * Return the end of a count axis: the next of 1, 2, 5, 10, 20, … that is not below the largest
 * value.
 *
 * @param {number} largest
 */
export function roundUp(largest) {
  if (largest <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(largest));
  return (STEPS.find((step) => step * power >= largest) ?? 10) * power;
}

/**
 * Return the end of a duration axis, in ms: a readable number of minutes.
 *
 * @param {number} longest
 */
export function roundUpDuration(longest) {
  const minutes = MINUTES.find((each) => each * MINUTE >= longest);
  return minutes ? minutes * MINUTE : Math.ceil(longest / (1_440 * MINUTE)) * 1_440 * MINUTE;
}

/**
 * Return the hours to show: from the first with a conversation to the last, and enough before it
 * for a readable chart.
 *
 * @param {Hour[]} hours
 */
export function worthShowing(hours) {
  const first = hours.findIndex(({ conversations }) => conversations > 0);
  const fewest = Math.max(0, hours.length - MIN_HOURS);
  return hours.slice(first === -1 ? fewest : Math.min(first, fewest));
}

/**
 * Return the positions of bars side by side, each in the middle of its share of the width.
 *
 * @param {number} count
 * @param {number} width
 * @param {number} fill the part of its share that a bar takes, 0 to 1
 */
export function bands(count, width, fill = 0.7) {
  const share = count ? width / count : 0;
  const size = share * fill;
  return Array.from({ length: count }, (_, number) => ({
    x: number * share + (share - size) / 2,
    middle: (number + 0.5) * share,
    size,
  }));
}

/**
 * Scale a value to a length, limited to that length.
 *
 * @param {number} value
 * @param {number} end the value that takes all
 * @param {number} length
 */
export function part(value, end, length) {
  return end > 0 ? (Math.min(Math.max(value, 0), end) / end) * length : 0;
}

/**
 * Split points into runs without a gap, so that a line does not suggest values that are not known.
 *
 * @param {(Point|null)[]} points
 */
export function runs(points) {
  /** @type {Point[][]} */
  const found = [[]];
  for (const point of points) {
    if (point) found.at(-1)?.push(point);
    else found.push([]);
  }
  return found.filter((run) => run.length);
}

/** Return the commands of an SVG path through points. @param {Point[]} points */
export function path(points) {
  const rounded = (/** @type {number} */ n) => Math.round(n * 10) / 10;
  return points.map(({ x, y }, at) => `${at ? 'L' : 'M'}${rounded(x)} ${rounded(y)}`).join('');
}

/**
 * Return n such that every n-th label fits without touching the next.
 *
 * @param {number} count
 * @param {number} width
 * @param {number} each the width of a label
 */
export function labelEvery(count, width, each) {
  const room = Math.max(1, Math.floor(width / each));
  return Math.max(1, Math.ceil(count / room));
}
