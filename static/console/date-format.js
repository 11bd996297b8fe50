const DAY = 86_400_000;
const WEEK = 7 * DAY;

/**
 * Format a deadline: the time, with the weekday if it is not today, and with the date if the
 * weekday would be ambiguous.
 *
 * @param {number} at ms since 1970 UTC
 * @param {string} language
 * @param {number} now
 */
export function deadline(at, language, now) {
  /** @type {Intl.DateTimeFormatOptions} */
  const time = { hour: 'numeric', minute: '2-digit' };
  if (isSameDay(at, now)) return format(at, language, time);
  if (Math.abs(at - now) < WEEK - DAY) return format(at, language, { weekday: 'short', ...time });
  return format(at, language, { day: 'numeric', month: 'short', ...time });
}

/**
 * Format a past moment: the time if it was today, else the date, with the year if it is not the
 * current one.
 *
 * @param {number} at
 * @param {string} language
 * @param {number} now
 */
export function when(at, language, now) {
  if (isSameDay(at, now)) return format(at, language, { hour: 'numeric', minute: '2-digit' });
  const isThisYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  const year = isThisYear ? undefined : 'numeric';
  return format(at, language, { day: 'numeric', month: 'short', year });
}

/**
 * Return weekday and time in a time zone; empty for an unknown zone.
 *
 * @param {number} now
 * @param {string} zone an IANA name, as the customer's browser told it
 * @param {string} language
 */
export function localTime(now, zone, language) {
  try {
    const timeZone = { timeZone: zone };
    return format(now, language, {
      weekday: 'short',
      hour: 'numeric',
      minute: '2-digit',
      ...timeZone,
    });
  } catch {
    return '';
  }
}

/** @param {number} at @param {number} now */
function isSameDay(at, now) {
  return new Date(at).toDateString() === new Date(now).toDateString();
}

/**
 * @param {number} at
 * @param {string} language
 * @param {Intl.DateTimeFormatOptions} options
 */
function format(at, language, options) {
  return formatter(language, options).format(at);
}

/** Constructing a formatter costs more than a hundred uses of it, so that each is kept. */
const formatter = (() => {
  /** @type {Map<string, Intl.DateTimeFormat>} */
  const kept = new Map();
  return (/** @type {string} */ language, /** @type {Intl.DateTimeFormatOptions} */ options) => {
    const key = `${language} ${JSON.stringify(options)}`;
    const known = kept.get(key) ?? new Intl.DateTimeFormat(language, options);
    kept.set(key, known);
    return known;
  };
})();

/**
 * Return the period between two days as the reader's clock has them, both included, in ms since 1970.
 *
 * @param {string} first `YYYY-MM-DD`, or empty for no limit
 * @param {string} last
 * @returns {{since?: number, until?: number}}
 */
export function period(first, last) {
  const since = first ? new Date(`${first}T00:00`).getTime() : undefined;
  const day = last ? new Date(`${last}T00:00`) : undefined;
  // The next midnight is not always 24 hours later.
  day?.setDate(day.getDate() + 1);
  return { ...(since !== undefined && { since }), ...(day && { until: day.getTime() }) };
}
