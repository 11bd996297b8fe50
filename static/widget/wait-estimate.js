const LOWER_FACTOR = 0.7;
const UPPER_FACTOR = 1.5;
const MINUTE = 60_000;

/**
 * Format an estimated wait as a range of whole minutes, from 70 % to 150 % of the estimate and at
 * least one minute wide.
 *
 * @param {number} wait ms, the server's estimate
 * @param {string} language
 */
export function waitingTime(wait, language) {
  const from = Math.max(1, Math.floor((wait * LOWER_FACTOR) / MINUTE));
  const to = Math.max(from + 1, Math.ceil((wait * UPPER_FACTOR) / MINUTE));
  const form = { style: 'unit', unit: 'minute', unitDisplay: 'long' };
  return new Intl.NumberFormat(language, /** @type {any} */ (form)).formatRange(from, to);
}
