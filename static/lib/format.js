const DAY = 86_400_000;

/**
 * @param {number} at ms since 1970 UTC
 * @param {string} language
 */
export function clockTime(at, language) {
  return formOf(language).time.format(at);
}

/**
 * Format a day as a heading: "Today", "Yesterday", "Tuesday, November 24", with the year where it
 * is not the current one.
 *
 * @param {number} at
 * @param {string} language
 * @param {number} [now]
 */
export function day(at, language, now = Date.now()) {
  const form = formOf(language);
  const ago = Math.round((midnight(now) - midnight(at)) / DAY);
  if (ago === 0 || ago === 1) return capital(form.relative.format(-ago, 'day'), language);
  const isThisYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return (isThisYear ? form.day : form.dayOfYear).format(at);
}

/** @param {number} at */
function midnight(at) {
  return new Date(at).setHours(0, 0, 0, 0);
}

/**
 * @param {string} text
 * @param {string} language
 */
function capital(text, language) {
  return text.charAt(0).toLocaleUpperCase(language) + text.slice(1);
}

/** Format a duration like a clock: 0:05, 12:30, 1:02:03. @param {number} ms */
export function stopwatch(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor((seconds % 3_600) / 60);
  return hours
    ? `${hours}:${two(minutes)}:${two(seconds % 60)}`
    : `${minutes}:${two(seconds % 60)}`;
}

/**
 * Constructing a formatter costs more than a hundred uses of it, so that one is kept for each
 * language.
 */
const formOf = (() => {
  /** @type {Map<string, ReturnType<typeof forms>>} */
  const kept = new Map();
  return (/** @type {string} */ language) => {
    const known = kept.get(language) ?? forms(language);
    kept.set(language, known);
    return known;
  };
})();

/** @param {string} language */
function forms(language) {
  /** @type {Intl.DateTimeFormatOptions} */
  const long = { weekday: 'long', day: 'numeric', month: 'long' };
  /** @type {Intl.DateTimeFormatOptions} */
  const time = { hour: '2-digit', minute: '2-digit' };
  return {
    time: new Intl.DateTimeFormat(language, time),
    day: new Intl.DateTimeFormat(language, long),
    dayOfYear: new Intl.DateTimeFormat(language, { ...long, year: 'numeric' }),
    relative: new Intl.RelativeTimeFormat(language, { numeric: 'auto' }),
  };
}
