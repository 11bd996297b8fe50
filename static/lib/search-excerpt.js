const MARKED = /\u0002([^\u0002\u0003]*)\u0003/g;

/**
 * Split an excerpt into parts that match the search and parts between them. The server puts each
 * match between U+0002 and U+0003.
 *
 * @param {string} text
 * @returns {{text: string, isMatch: boolean}[]}
 */
export function splitExcerpt(text) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(MARKED)) {
    parts.push({ text: text.slice(end, match.index), isMatch: false });
    parts.push({ text: match[1] ?? '', isMatch: true });
    end = match.index + match[0].length;
  }
  parts.push({ text: text.slice(end), isMatch: false });
  return parts
    .map((part) => ({ ...part, text: part.text.replace(/[\u0002\u0003]/g, '') }))
    .filter((part) => part.text);
}

/**
 * Shorten an excerpt for one line: an ellipsis replaces what stands far before the first match.
 *
 * @param {{text: string, isMatch: boolean}[]} parts
 * @param {number} room characters that may stand before the match
 */
export function aroundMatch(parts, room) {
  const [first, ...rest] = parts;
  if (!first || first.isMatch || !rest.length || first.text.length <= room) return parts;
  const kept = [...first.text]
    .slice(-room)
    .join('')
    .replace(/^\S*\s/, '');
  return [{ text: `…${kept}`, isMatch: false }, ...rest];
}

/**
 * Split a text that the server has not marked, at the words that were searched for.
 *
 * @param {string} text
 * @param {string} wanted words, which match anywhere inside a word
 */
export function markMatches(text, wanted) {
  const words = wanted.match(/[\p{L}\p{N}]+/gu) ?? [];
  if (!words.length) return splitExcerpt(text);
  // Longer words first: where one word begins another, the longer match is marked whole.
  const any = words.sort((a, b) => b.length - a.length).join('|');
  return splitExcerpt(text.replace(new RegExp(any, 'giu'), '\u0002$&\u0003'));
}
