/** @typedef {{amber: number, red: number}} Targets both in ms */

/** @type {Targets} */
const BEFORE_THE_WELCOME = { amber: 120_000, red: 300_000 };

/**
 * Return the CSS class for a waiting time: none while the operator's target is met.
 *
 * @param {number} waited ms
 * @param {Targets} [targets]
 * @returns {'late'|'very-late'|''}
 */
export function severity(waited, { amber, red } = BEFORE_THE_WELCOME) {
  if (waited >= red) return 'very-late';
  return waited >= amber ? 'late' : '';
}

/**
 * Return the CSS class for a promised reply: amber once a half of its working time is used.
 *
 * @param {number} due ms
 * @param {number} now ms
 * @param {number} half ms
 * @returns {'late'|'very-late'|''}
 */
export function promiseSeverity(due, now, half) {
  if (now >= due) return 'very-late';
  return now >= half ? 'late' : '';
}
