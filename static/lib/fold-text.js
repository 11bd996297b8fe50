const MAX_LINES = 16;
const MAX_LENGTH = 2_000;

/**
 * Return the beginning of a long text, cut at the end of a line where there is one, or the text
 * itself where it is short.
 *
 * @param {string} text
 */
export function foldText(text) {
  let end = -1;
  for (let line = 0; line < MAX_LINES; line += 1) {
    const next = text.indexOf('\n', end + 1);
    const isLong = next < 0 ? text.length > MAX_LENGTH : next > MAX_LENGTH;
    if (isLong) return text.slice(0, end > MAX_LENGTH / 2 ? end : whole(text, MAX_LENGTH));
    if (next < 0) return text;
    end = next;
  }
  return text.slice(0, end);
}

/**
 * Return `end`, or the position before it where it would split a surrogate pair.
 *
 * @param {string} text
 * @param {number} end
 */
function whole(text, end) {
  return /[\uD800-\uDBFF]/.test(text.charAt(end - 1)) ? end - 1 : end;
}
