/** @typedef {[opens: string, closes: string]} Period */
/**
 * Working hours: for each day from Monday on its periods, and the days on which nobody works.
 *
 * @typedef {{timezone: string, week: Period[][], country: string|null, region: string|null,
 *   closed: string[]}} Schedule
 */

/**
 * A time as a time field has it: without seconds that nobody chose.
 *
 * @param {string} time 09:00 or 09:00:00
 */
export function shortTime(time) {
  return time.replace(/:00(\.0+)?$/, (found, _, at) => (at === 5 ? '' : found));
}

/** 1 January 2024 was a Monday. */
const MONDAY = Date.UTC(2024, 0, 1);
const DAY = 86_400_000;

/** The names of the days from Monday on. @param {string} language */
export function weekdays(language) {
  const name = new Intl.DateTimeFormat(language, { weekday: 'long', timeZone: 'UTC' });
  return Array.from({ length: 7 }, (_, number) => name.format(MONDAY + number * DAY));
}

/**
 * A schedule as the fields have it.
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
 * Periods in their order.
 *
 * @param {Period[]} periods
 * @returns {Period[]}
 */
export function inOrder(periods) {
  return [...periods].sort(([a], [b]) => Number(a > b) - Number(a < b));
}

/**
 * What is wrong with the periods of a day: `missing` times, one that ends before it begins
 * (`backwards`), or two that overlap; null when nothing is.
 *
 * @param {Period[]} periods
 * @returns {'missing'|'backwards'|'overlap'|null}
 */
export function wrongWith(periods) {
  if (periods.some(([opens, closes]) => !opens || !closes)) return 'missing';
  if (periods.some(([opens, closes]) => closes <= opens)) return 'backwards';
  const sorted = inOrder(periods);
  const overlap = sorted.some(([opens], at) => at > 0 && opens <= (sorted[at - 1]?.[1] ?? ''));
  return overlap ? 'overlap' : null;
}

/**
 * A further period, where a day usually goes on after a break.
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
