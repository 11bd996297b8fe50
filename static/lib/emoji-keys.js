/**
 * Return the keys that open the emoji picker of the operating system; null where it has none, as on
 * phones, whose keyboards show emoji.
 *
 * @param {string} platform as the browser names it
 */
export function emojiKeys(platform) {
  if (/^win/i.test(platform)) return 'Windows + .';
  return /^mac/i.test(platform) ? 'Ctrl + Cmd + Space' : null;
}
