const NAME = 'sought';

/**
 * Highlight the matches of a search in an element, without changing the DOM.
 *
 * @param {Element} element
 * @param {string} text words, which match anywhere inside a word
 */
export function highlight(element, text) {
  // The CSS Custom Highlight API marks text without new elements; browsers without it show no
  // marks.
  const highlights = globalThis.CSS?.highlights;
  if (!highlights) return;
  highlights.delete(NAME);
  const words = text.match(/[\p{L}\p{N}]+/gu);
  if (words)
    highlights.set(NAME, new Highlight(...ranges(element, new RegExp(words.join('|'), 'giu'))));
}

/**
 * @param {Element} element
 * @param {RegExp} sought
 */
function* ranges(element, sought) {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    for (const match of (node.textContent ?? '').matchAll(sought)) {
      const range = new Range();
      range.setStart(node, match.index);
      range.setEnd(node, match.index + match[0].length);
      yield range;
    }
  }
}

/**
 * Highlight the matches again whenever the element changes.
 *
 * @param {Element} element
 * @param {() => string} text
 */
export function keepHighlighted(element, text) {
  const watch = new MutationObserver(() => highlight(element, text()));
  watch.observe(element, { childList: true, subtree: true, characterData: true });
}
