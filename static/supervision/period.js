/** The periods that have a name, as the server knows them. */
export const PERIODS = /** @type {const} */ ([
  'today',
  'yesterday',
  'last_7_days',
  'last_30_days',
  'this_month',
  'last_month',
]);

/** The choice of a first and a last day. */
export const OWN = 'own';

/**
 * Return the query that asks for a period.
 *
 * @param {string} name one of PERIODS, or OWN
 * @param {string} first YYYY-MM-DD
 * @param {string} last YYYY-MM-DD
 */
export function periodQuery(name, first, last) {
  /** @type {Record<string, string>} */
  const asked = name === OWN ? { from: first, to: last } : { period: name };
  return `?${new URLSearchParams(asked)}`;
}

/**
 * Return the dates of the first and the last day of a period, in its own time zone.
 *
 * @param {{since: number, until: number, timezone: string}} period
 * @returns {[first: string, last: string]} YYYY-MM-DD
 */
export function datesOf({ since, until, timezone }) {
  // Of the calendar's locales, the Swedish writes dates as ISO 8601 does.
  const form = new Intl.DateTimeFormat('sv-SE', { timeZone: timezone, dateStyle: 'short' });
  return [form.format(since), form.format(until - 1)];
}

/**
 * Return true while a period is going on: its figures change.
 *
 * @param {{until: number, at: number}} period
 */
export function isGoingOn({ until, at }) {
  return at < until;
}
