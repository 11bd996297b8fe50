import { fileSize } from '../lib/file-labels.js';
import { build } from './dom.js';
import { messageText } from './message-text.js';

/** @typedef {import('../lib/types.js').OutgoingMessage} OutgoingMessage */
/** @typedef {import('../lib/types.js').View} View */

/** Reasons that lie in the file itself: sending it again changes nothing. */
const FINAL = ['fileEmpty', 'fileTooLarge', 'fileTooLargeOnTheWay', 'fileType', 'fileBroken'];

/**
 * Build the row of a message or file that is not stored yet: its progress, or the reason of a
 * refusal. Its buttons dispatch `retry` and `discard` (id), which bubble.
 *
 * @param {View} view
 * @param {OutgoingMessage} message
 * @returns {import('./keyed-list.js').Row<OutgoingMessage>}
 */
export function outgoingLine(view, message) {
  const { words } = view;
  const state = build('div', { className: 'state soft', role: 'status' });
  const content = message.file ? upload(view, message) : plain(messageText(words, message.text));
  const element = build(
    'div',
    { className: `message own unsent${message.note ? ' note' : ''}` },
    content.element,
    state,
  );
  /** @type {string|null|undefined} */
  let shown = null;
  const show = (/** @type {OutgoingMessage} */ now) => {
    content.show(now);
    if (now.failed === shown) return;
    shown = now.failed;
    state.classList.toggle('problem', Boolean(shown));
    state.dataset.delivery = shown ? 'refused' : 'sending';
    state.replaceChildren(...(shown ? refusal(view, now) : [words.say('sending')]));
  };
  return { element, show };
}

/**
 * @param {View} view
 * @param {OutgoingMessage} message
 */
function refusal({ words, files }, { id, failed = '' }) {
  const limit = fileSize(files?.limit ?? 0, words.locale);
  const decisions = [button('discard', words.say('discard'), id)];
  if (!FINAL.includes(failed)) decisions.unshift(button('retry', words.say('retry'), id));
  return [`${words.say(failed, { limit })} `, ...decisions];
}

/**
 * @param {'retry'|'discard'} what
 * @param {string} text
 * @param {string} id
 */
function button(what, text, id) {
  const made = build('button', { type: 'button' }, text);
  made.addEventListener('click', () =>
    made.dispatchEvent(new CustomEvent(what, { detail: id, bubbles: true })),
  );
  return made;
}

/**
 * @param {View} view
 * @param {OutgoingMessage} message
 * @returns {import('./keyed-list.js').Row<OutgoingMessage>}
 */
function upload(view, message) {
  const element = build('div', { className: 'file' }, message.file?.name);
  let latest = message;
  /** @type {((message: OutgoingMessage) => void)|undefined} */
  let showCard;
  import('./upload-card.js').then(
    ({ uploadCard }) => {
      const card = uploadCard(view, latest);
      element.className = '';
      element.replaceChildren(card.element);
      card.show(latest);
      showCard = card.show;
    },
    () => undefined,
  );
  const show = (/** @type {OutgoingMessage} */ now) => {
    latest = now;
    showCard?.(now);
  };
  return { element, show };
}

/**
 * @param {HTMLElement} element
 * @returns {import('./keyed-list.js').Row<OutgoingMessage>}
 */
function plain(element) {
  return { element, show: () => undefined };
}
