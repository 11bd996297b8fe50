/** @typedef {{amber: number, red: number}} Targets both in ms */

/** @type {Targets} */
const BEFORE_THE_WELCOME = { amber: 120_000, red: 300_000 };

/** The time before the deadline from which a promise of an older version is amber. */
const NEARLY_DUE_MS = 3_600_000;

/**
 * Return the CSS class for a waiting time: none while the operator's target is met.
 *
 * @param {number} waited ms
 * @param {Targets} [targets]
 * @returns {'late'|'very-late'|''}
 */
export function lateness(waited, { amber, red } = BEFORE_THE_WELCOME) {
  if (waited >= red) return 'very-late';
  return waited >= amber ? 'late' : '';
}

/**
 * Return the CSS class for a promised answer: amber once a half of its working time is used.
 *
 * @param {number} due ms
 * @param {number} now ms
 * @param {number|null} [half] the moment at which a half of the working time is used (ms)
 * @returns {'late'|'very-late'|''}
 */
export function promiseLateness(due, now, half) {
  return lateness(now - due, { amber: (half ?? due - NEARLY_DUE_MS) - due, red: 0 });
}
