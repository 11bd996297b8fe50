import { clockTime } from '../lib/format.js';
import { build, setText } from './dom.js';
import { messageText } from './message-text.js';

/** @typedef {import('../lib/types.js').ChatEvent} ChatEvent */
/** @typedef {import('../lib/types.js').View} View */

/** @typedef {'sending'|'stored'|'read'} Delivery */

/**
 * Build the row of a message.
 *
 * @param {View} view
 * @param {ChatEvent} event
 * @param {boolean} joined true if the message before it has the same author, so that no name is shown
 */
export function message(view, event, joined) {
  const { words, side } = view;
  const isNote = event.kind === 'note';
  const own = event.author.role === side;
  const names = ['message', own && 'own', isNote && 'note', joined && 'joined'];
  const isNamed = !joined && (isNote || !own);
  return build(
    'div',
    { className: names.filter(Boolean).join(' '), 'data-seq': event.seq },
    build('p', { className: isNamed ? 'author soft' : 'hidden-label' }, heading(view, event)),
    event.attachment ? fileOf(view, event) : messageText(words, event.text ?? ''),
    ...(event.quoted ? [quoteOf(words, event.quoted)] : []),
    view.details?.(event),
    build('p', { className: 'state soft' }, cameAt(words, event)),
  );
}

/**
 * Show the delivery state of an own message. The row is updated in place, so that it is not
 * announced again.
 *
 * @param {View} view
 * @param {ChatEvent} event
 * @param {HTMLElement} line its line
 * @param {Delivery} delivery
 */
export function showDelivery({ words }, event, line, delivery) {
  const place = line.querySelector('.state');
  if (!(place instanceof HTMLElement)) return;
  place.dataset.delivery = delivery;
  setText(place, `${clockTime(event.at, words.locale)} · ${words.say(delivery)}`);
}

/**
 * @param {View} view
 * @param {ChatEvent} event
 */
function heading({ words, side }, { kind, author }) {
  const name = author.name || words.say(author.role);
  if (kind === 'note') return words.say('noteBy', { name });
  return author.role === side && side === 'customer' ? words.say('you') : name;
}

/**
 * @param {import('../lib/i18n.js').Words} words
 * @param {ChatEvent} event
 */
function cameAt(words, event) {
  const time = clockTime(event.at, words.locale);
  return event.way === 'mail' ? `${time} · ${words.say('cameByMail')}` : time;
}

/**
 * Build the folded end of an e-mail, which repeats what was said before.
 *
 * @param {import('../lib/i18n.js').Words} words
 * @param {string} quoted
 */
function quoteOf(words, quoted) {
  const text = build('div', { className: 'text', dir: 'auto' }, quoted);
  return build(
    'details',
    { className: 'quoted soft' },
    build('summary', {}, words.say('quoted')),
    text,
  );
}

/**
 * @param {View} view
 * @param {ChatEvent} event
 */
function fileOf(view, event) {
  const place = build('div', { className: 'file' }, event.attachment?.name);
  import('./file-card.js').then(
    ({ fileCard }) => place.replaceWith(fileCard(view, event)),
    () => undefined,
  );
  return place;
}
