/** Where a match begins and ends in an excerpt. */
const MATCH = /\u0002([^\u0002\u0003]*)\u0003/g;

/**
 * An excerpt in parts; those that were looked for are `found`.
 *
 * @param {string} excerpt matches stand between U+0002 and U+0003
 * @returns {{text: string, found: boolean}[]}
 */
export function parts(excerpt) {
  const made = [];
  let end = 0;
  for (const match of excerpt.matchAll(MATCH)) {
    made.push({ text: excerpt.slice(end, match.index), found: false });
    made.push({ text: match[1] ?? '', found: true });
    end = match.index + match[0].length;
  }
  made.push({ text: excerpt.slice(end), found: false });
  return made.filter(({ text }) => text);
}

/**
 * The same for a text that nobody has marked.
 *
 * @param {string} text
 * @param {string} wanted words, anywhere in a word
 */
export function sought(text, wanted) {
  const words = wanted.match(/[\p{L}\p{N}]+/gu) ?? [];
  if (!words.length) return parts(text);
  // Longer ones first: of two words that begin alike, the whole of the longer is marked.
  const any = words.sort((a, b) => b.length - a.length).join('|');
  return parts(text.replace(new RegExp(any, 'giu'), '\u0002$&\u0003'));
}

/**
 * The years, newest first, from the one of `first` to this one.
 *
 * @param {number|null} first ms since 1970 UTC
 * @param {number} [now]
 */
export function years(first, now = Date.now()) {
  const last = new Date(now).getFullYear();
  const count = last - new Date(first ?? now).getFullYear() + 1;
  return Array.from({ length: Math.max(1, count) }, (_, ago) => last - ago);
}
