const SIX_DAYS_MS = 518_400_000;

/**
 * Format a day and time: "Tuesday 17:00", with the date where it is not within a week.
 *
 * @param {number} at ms since 1970 UTC
 * @param {string} language
 * @param {number} [now]
 */
export function moment(at, language, now = Date.now()) {
  return new Date(at).toLocaleString(language, {
    weekday: 'long',
    hour: '2-digit',
    minute: '2-digit',
    ...(Math.abs(at - now) >= SIX_DAYS_MS && { day: 'numeric', month: 'long' }),
  });
}
