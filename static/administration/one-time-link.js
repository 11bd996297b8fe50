import { build } from '../elements/dom.js';
import { copyLine } from './copy-line.js';

/**
 * Show a one-time link for a technician, ready to be copied.
 *
 * @param {HTMLElement} place
 * @param {import('../lib/i18n.js').Words} words
 * @param {{name: string, link: string}} what the technician's name, and the whole address
 */
export function showLink(place, words, { name, link }) {
  place.replaceChildren(
    build('p', { dir: 'auto' }, words.say('linkFor', { name })),
    copyLine(words, words.say('link'), link),
  );
  place.querySelector('button')?.focus();
}
