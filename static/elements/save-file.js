import { build } from './dom.js';

const KEPT_FOR = 60_000;

/**
 * Let the person save a file.
 *
 * @param {Blob} content
 * @param {string} name
 */
export function saveFile(content, name) {
  const address = URL.createObjectURL(content);
  build('a', { href: address, download: name }).click();
  // The browser reads it in its own time and does not say when it is done.
  setTimeout(() => URL.revokeObjectURL(address), KEPT_FOR);
}
