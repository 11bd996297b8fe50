const SCORE_WORD_START = 8;
const SCORE_ADJACENT = 5;
const SCORE_ANYWHERE = 1;

/**
 * Score how well a typed abbreviation matches a text whose letters it may leave out: higher is
 * better, null is no match. Case, accents, blanks and hyphens are ignored.
 *
 * @param {string} typed
 * @param {string} text
 * @returns {number|null}
 */
export function fit(typed, text) {
  const wanted = plain(typed).replace(/[\s-]/g, '');
  const letters = plain(text);
  const found = letters.indexOf(plain(typed).trim());
  // A contiguous match is better than any scattered one; among equals the shorter text wins.
  if (found >= 0)
    return 1_000 + (startsWord(letters, found) ? SCORE_WORD_START : 0) - letters.length / 1_000;
  let score = 0;
  let place = 0;
  for (const letter of wanted) {
    const at = letters.indexOf(letter, place);
    if (at < 0) return null;
    if (startsWord(letters, at)) score += SCORE_WORD_START;
    else score += at === place ? SCORE_ADJACENT : SCORE_ANYWHERE;
    place = at + letter.length;
  }
  return score - letters.length / 1_000;
}

/**
 * Return the items that match, the best first; equally good ones keep their order.
 *
 * @template Item
 * @param {string} typed
 * @param {readonly Item[]} items
 * @param {(item: Item) => string} textOf
 * @returns {Item[]}
 */
export function best(typed, items, textOf) {
  if (!typed.trim()) return [...items];
  return items
    .map((item) => ({ item, score: fit(typed, textOf(item)) }))
    .filter(({ score }) => score !== null)
    .sort((a, b) => Number(b.score) - Number(a.score))
    .map(({ item }) => item);
}

/** @param {string} text */
function plain(text) {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/**
 * @param {string} text
 * @param {number} at
 */
function startsWord(text, at) {
  return at === 0 || /[^\p{L}\p{N}]/u.test(text.charAt(at - 1));
}
