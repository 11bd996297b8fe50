const LEAST = 0.7;
const MOST = 1.5;
const MINUTE = 60_000;

/**
 * How long somebody may still wait, as an honest estimate can say it: from whole minutes to whole
 * minutes, at least one apart.
 *
 * @param {number} wait ms, as the server estimates it
 * @param {string} language
 */
export function waitingTime(wait, language) {
  const from = Math.max(1, Math.floor((wait * LEAST) / MINUTE));
  const to = Math.max(from + 1, Math.ceil((wait * MOST) / MINUTE));
  const form = { style: 'unit', unit: 'minute', unitDisplay: 'long' };
  return new Intl.NumberFormat(language, /** @type {any} */ (form)).formatRange(from, to);
}
