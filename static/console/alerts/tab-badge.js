import { find } from '../../elements/dom.js';

const MAX_NUMBER = 99;

/**
 * Show a number on the browser tab: before the title and on the icon.
 *
 * @param {string} title
 * @param {number} count
 */
export function showOnTab(title, count) {
  const wanted = count ? `(${count}) ${title}` : title;
  if (document.title === wanted) return;
  document.title = wanted;
  const link = /** @type {HTMLLinkElement} */ (find(document, 'link[rel="icon"]'));
  link.dataset.plain ??= link.href;
  link.href = count ? numbered(Math.min(count, MAX_NUMBER)) : link.dataset.plain;
}

/** Build the icon with a number as a data URL. @param {number} count */
function numbered(count) {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
    <path d="M2 3h28v20H14l-7 7v-7H2z" fill="#b3261e"/>
    <text x="16" y="19" fill="#fff" font-family="sans-serif" font-size="16" font-weight="700"
      text-anchor="middle">${count}</text></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
