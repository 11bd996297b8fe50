/**
 * The keys that open the system's own choice of emoji; null where it has none to press, as on
 * phones, whose keyboards show them.
 *
 * @param {string} platform as the browser names it
 */
export function emojiKeys(platform) {
  if (/^win/i.test(platform)) return 'Windows + .';
  return /^mac/i.test(platform) ? 'Ctrl + Cmd + Space' : null;
}
