/**
 * Return the years from that of `first` to the current one, newest first.
 *
 * @param {number|null} first ms since 1970 UTC
 * @param {number} [now]
 */
export function years(first, now = Date.now()) {
  const last = new Date(now).getFullYear();
  const count = last - new Date(first ?? now).getFullYear() + 1;
  return Array.from({ length: Math.max(1, count) }, (_, ago) => last - ago);
}
