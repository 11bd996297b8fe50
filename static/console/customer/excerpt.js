const MARKED = /\u0002([^\u0002\u0003]*)\u0003/g;

/**
 * An excerpt in parts; what a search has found stands between U+0002 and U+0003.
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
 * An excerpt for one line: what is far before the first match gives way to an ellipsis.
 *
 * @param {{text: string, isMatch: boolean}[]} parts
 * @param {number} room characters that may stand before the match
 */
export function aroundMatch(parts, room) {
  const [first, ...rest] = parts;
  if (!first || first.isMatch || !rest.length || first.text.length <= room) return parts;
  const kept = [...first.text].slice(-room).join('').replace(/^\S*\s/, '');
  return [{ text: `…${kept}`, isMatch: false }, ...rest];
}
