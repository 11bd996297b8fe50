/**
 * Return the rows of a long list that must exist, so that scrolling shows no gap.
 *
 * @param {{top: number, height: number, row: number, count: number, spare: number}} view
 *   `top`, `height` and `row` in px; `spare` rows are kept on either side
 * @returns {{first: number, end: number}} from `first` up to but not including `end`
 */
export function visibleRows({ top, height, row, count, spare }) {
  const first = Math.floor(Math.max(0, top) / row) - spare;
  const end = Math.ceil((Math.max(0, top) + height) / row) + spare;
  return { first: Math.min(Math.max(0, first), count), end: Math.min(Math.max(0, end), count) };
}

/**
 * Return the scroll position that shows a row; unchanged if it is visible.
 *
 * @param {number} index
 * @param {{top: number, height: number, row: number}} view
 */
export function scrollFor(index, { top, height, row }) {
  const begins = index * row;
  if (begins < top) return begins;
  const ends = begins + row;
  return ends > top + height ? ends - height : top;
}

/**
 * Return the row to which a key moves; null for other keys.
 *
 * @param {string} key
 * @param {{active: number, count: number, page: number}} list `page` is the number of visible rows
 * @returns {number|null}
 */
export function moveBy(key, { active, count, page }) {
  /** @type {Record<string, number>} */
  const targets = {
    ArrowDown: active + 1,
    ArrowUp: active - 1,
    PageDown: active + page,
    PageUp: active - page,
    Home: 0,
    End: count - 1,
  };
  const target = targets[key];
  if (target === undefined || count === 0) return null;
  return Math.min(Math.max(0, target), count - 1);
}
