import { foldText } from '../lib/fold-text.js';
import { linkify } from '../lib/links.js';
import { build } from './dom.js';
import { plainText, runs } from './text-runs.js';

/** @typedef {import('../lib/i18n.js').Words} Words */

const MARKED = /`|^[^\S\n\r\u2028\u2029]*(> |\$ |sudo |PS |[A-Z]:\\)/m;

/**
 * Build the text of a message. Code, commands and quotes are rendered by a module that is loaded
 * with the first such message; a long text begins folded.
 *
 * @param {Words} words
 * @param {string} text
 */
export function messageText(words, text) {
  const bubble = build('div', { className: 'bubble', dir: 'auto' });
  // Clients of others may have stored the line ends of Windows.
  const lines = text.replace(/\r\n?/g, '\n');
  const shown = foldText(lines);
  fill(bubble, words, shown);
  if (shown !== lines) bubble.append(unfold(bubble, words, lines));
  return bubble;
}

/** True if a text may contain more than words, links and line breaks. @param {string} text */
export function isMarked(text) {
  return MARKED.test(text);
}

/**
 * @param {HTMLElement} bubble
 * @param {Words} words
 * @param {string} text
 */
function fill(bubble, words, text) {
  const body = build('div', { className: 'text' });
  bubble.prepend(body);
  if (!isMarked(text)) return body.append(...runs(linkify(text)));
  import('./rich-text.js').then(
    ({ richText }) => body.append(...richText(words, text)),
    () => body.append(...plainText(text)),
  );
}

/**
 * @param {HTMLElement} bubble
 * @param {Words} words
 * @param {string} text
 */
function unfold(bubble, words, text) {
  const more = build('button', { type: 'button', className: 'plain unfold' }, words.say('showAll'));
  more.addEventListener('click', () => {
    bubble.replaceChildren();
    fill(bubble, words, text);
    // A keyboard user goes on from here.
    bubble.tabIndex = -1;
    bubble.focus({ preventScroll: true });
  });
  return more;
}
