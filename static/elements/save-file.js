import { build } from './dom.js';

const URL_LIFETIME_MS = 60_000;

/**
 * Offer a file to the reader as a download.
 *
 * @param {Blob} content
 * @param {string} name
 */
export function saveFile(content, name) {
  const address = URL.createObjectURL(content);
  build('a', { href: address, download: name }).click();
  // The browser does not report when it has read the file.
  setTimeout(() => URL.revokeObjectURL(address), URL_LIFETIME_MS);
}
