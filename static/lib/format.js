const LINK = /\bhttps?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]}]/g;

/**
 * A text in parts; those with `url` are links. Never markup: whoever shows it sets text.
 *
 * @param {string} text
 * @returns {{text: string, url?: string}[]}
 */
export function linkify(text) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    if (match.index > end) parts.push({ text: text.slice(end, match.index) });
    parts.push({ text: match[0], url: match[0] });
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push({ text: text.slice(end) });
  return parts;
}

/**
 * @param {number} at ms since 1970 UTC
 * @param {string} language
 */
export function clockTime(at, language) {
  return new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit' }).format(at);
}

/**
 * @param {number} at
 * @param {string} language
 */
export function day(at, language) {
  const form = { weekday: 'long', day: 'numeric', month: 'long' };
  return new Intl.DateTimeFormat(language, /** @type {any} */ (form)).format(at);
}

/**
 * A day and time of the near future, such as "Tuesday 17:00".
 *
 * @param {number} at
 * @param {string} language
 */
export function moment(at, language) {
  const form = { weekday: 'long', hour: '2-digit', minute: '2-digit' };
  return new Intl.DateTimeFormat(language, /** @type {any} */ (form)).format(at);
}

/**
 * A duration as a clock shows it: 0:05, 12:30, 1:02:03.
 *
 * @param {number} ms
 */
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
 * Whole minutes, at least one: what an honest estimate can promise.
 *
 * @param {number} ms
 */
export function minutes(ms) {
  return Math.max(1, Math.round(ms / 60_000));
}
