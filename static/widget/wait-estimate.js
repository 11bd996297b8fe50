const MINUTE = 60_000;

/**
 * Format the server's estimate of a wait in whole minutes, at least one minute wide.
 *
 * @param {readonly [number, number]} between the shortest and the longest wait to be expected, ms
 * @param {string} language
 */
export function waitingTime([shortest, longest], language) {
  const from = Math.max(1, Math.floor(shortest / MINUTE));
  const to = Math.max(from + 1, Math.ceil(longest / MINUTE));
  const form = { style: 'unit', unit: 'minute', unitDisplay: 'long' };
  return new Intl.NumberFormat(language, /** @type {any} */ (form)).formatRange(from, to);
}
