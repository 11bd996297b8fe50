const LINES = 16;
const LENGTH = 2_000;

/**
 * The beginning of a text that is longer than anybody reads in passing, or the text itself. It is
 * cut at the end of a line where there is one.
 *
 * @param {string} text
 */
export function foldText(text) {
  let end = -1;
  for (let line = 0; line < LINES; line += 1) {
    const next = text.indexOf('\n', end + 1);
    const isLong = next < 0 ? text.length > LENGTH : next > LENGTH;
    if (isLong) return text.slice(0, end > LENGTH / 2 ? end : whole(text, LENGTH));
    if (next < 0) return text;
    end = next;
  }
  return text.slice(0, end);
}

/**
 * Up to `end`, without the first half of a character that takes two places.
 *
 * @param {string} text
 * @param {number} end
 */
function whole(text, end) {
  return /[\uD800-\uDBFF]/.test(text.charAt(end - 1)) ? end - 1 : end;
}
