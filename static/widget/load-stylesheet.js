import { build } from '../elements/dom.js';

/**
 * Fetch a style sheet that a first look does not need.
 *
 * @param {string} path from here
 * @returns {Promise<void>} settled when it is there, or could not be had
 */
export function loadStylesheet(path) {
  return new Promise((done) => {
    const href = new URL(path, import.meta.url).href;
    const link = build('link', { rel: 'stylesheet', href, onload: done, onerror: done });
    document.head.append(link);
  });
}
