/** @typedef {[opens: string, closes: string]} Period */
/**
 * Opening hours: the periods of each day from Monday on, and closed days.
 *
 * @typedef {{timezone: string, week: Period[][], country: string|null, region: string|null,
 *   closed: string[]}} Schedule
 */

/**
 * Format a time as `input type=time` does: without seconds if they are 0.
 *
 * @param {string} time 09:00 or 09:00:00
 */
export function shortTime(time) {
  return time.replace(/:00(\.0+)?$/, (found, _, at) => (at === 5 ? '' : found));
}

const MIDNIGHT = '00:00';

/** 1 January 2024 was a Monday. */
const MONDAY = Date.UTC(2024, 0, 1);
const DAY = 86_400_000;

/** Return the names of the weekdays from Monday on. @param {string} language */
export function weekdays(language) {
  const name = new Intl.DateTimeFormat(language, { weekday: 'long', timeZone: 'UTC' });
  return Array.from({ length: 7 }, (_, number) => name.format(MONDAY + number * DAY));
}

/**
 * Return a schedule with times in the format of the fields.
 *
 * @param {Schedule} schedule
 * @returns {Schedule}
 */
export function written({ timezone, week, country, region, closed }) {
  const short = week.map((day) =>
    day.map(([opens, closes]) => /** @type {Period} */ ([shortTime(opens), shortTime(closes)])),
  );
  return { timezone, week: short, country, region, closed };
}

/**
 * Sort periods.
 *
 * @param {Period[]} periods
 * @returns {Period[]}
 */
export function inOrder(periods) {
  return [...periods].sort(([a], [b]) => Number(a > b) - Number(a < b));
}

/**
 * Check the periods of a day: `missing` for an incomplete one, `backwards` for one that ends when it
 * begins, `overlap` for two that overlap; null if they are valid. A period may end at midnight, as
 * 00:00, or go over it: then it is the last of its day.
 *
 * @param {Period[]} periods
 * @returns {'missing'|'backwards'|'overlap'|null}
 */
export function wrongWith(periods) {
  if (periods.some(([opens, closes]) => !opens || !closes)) return 'missing';
  if (periods.some(([opens, closes]) => closes === opens && opens !== MIDNIGHT)) return 'backwards';
  const sorted = inOrder(periods);
  const overlap = sorted.some(([opens], at) => at > 0 && opens <= endOf(sorted[at - 1]));
  return overlap ? 'overlap' : null;
}

/**
 * Return the end of a period within its day; 24:00 stands for midnight.
 *
 * @param {Period|undefined} period
 */
function endOf([opens, closes] = ['', '']) {
  return closes <= opens ? '24:00' : closes;
}

/**
 * Suggest the next period of a day, after a break.
 *
 * @param {Period[]} periods
 * @returns {Period}
 */
export function nextPeriod(periods) {
  const last = inOrder(periods).at(-1)?.[1];
  if (!last) return ['09:00', '17:00'];
  const hour = Number(last.slice(0, 2));
  const two = (/** @type {number} */ n) => `${String(Math.min(n, 23)).padStart(2, '0')}:00`;
  return [two(hour + 1), hour + 5 > 23 ? '23:59' : two(hour + 5)];
}
