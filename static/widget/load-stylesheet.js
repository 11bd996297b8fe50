import { build } from '../elements/dom.js';

/**
 * Load a style sheet that the first view does not need.
 *
 * @param {string} path relative to this module
 * @returns {Promise<void>} settled when it is loaded or has failed
 */
export function loadStylesheet(path) {
  return new Promise((done) => {
    const href = new URL(path, import.meta.url).href;
    const link = build('link', { rel: 'stylesheet', href, onload: done, onerror: done });
    document.head.append(link);
  });
}
