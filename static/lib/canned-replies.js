import { best } from './fuzzy.js';

/** @typedef {{id: string, shortcut: string, title: string, text: string}} Reply */

/**
 * The placeholders of a canned reply, written `{name}`: `name` is the customer's name, `first_name`
 * its first word, `reference` the code of the conversation, `technician` the name of its author and
 * `topic` the name of the topic.
 */
export const PLACEHOLDERS = /** @type {const} */ ([
  'name',
  'first_name',
  'reference',
  'technician',
  'topic',
]);

/**
 * Fill the placeholders of a canned reply. Those without a value stay as they are, and `gap` is the
 * first of them, to be written by hand; null when there is none.
 *
 * @param {string} text
 * @param {Record<string, string>} values an empty one is not known
 * @returns {{text: string, gap: {start: number, end: number}|null}}
 */
export function fillReply(text, values) {
  let filled = '';
  let end = 0;
  /** @type {{start: number, end: number}|null} */
  let gap = null;
  for (const match of text.matchAll(/\{(\w+)\}/g)) {
    filled += text.slice(end, match.index);
    end = match.index + match[0].length;
    const value = Object.hasOwn(values, match[1] ?? '') && values[match[1] ?? ''];
    if (!value) gap ??= { start: filled.length, end: filled.length + match[0].length };
    filled += value || match[0];
  }
  return { text: filled + text.slice(end), gap };
}

/**
 * Return the value of each placeholder in one conversation.
 *
 * @param {{customer: string, reference: string, technician: string, topic: string}} conversation
 * @returns {Record<typeof PLACEHOLDERS[number], string>}
 */
export function replyValues({ customer, reference, technician, topic }) {
  const name = customer.trim();
  return { name, first_name: name.split(/\s+/u)[0] ?? '', reference, technician, topic };
}

/**
 * Return the shortcut that is being typed: `/` at the beginning of a line, and the text from there
 * to the caret. `//` begins a note and is no shortcut.
 *
 * @param {string} text
 * @param {number} caret
 * @returns {{start: number, typed: string}|null}
 */
export function typedShortcut(text, caret) {
  const start = text.lastIndexOf('\n', caret - 1) + 1;
  const typed = /^\/(?!\/)(\S*)$/u.exec(text.slice(start, caret))?.[1];
  return typed === undefined || text.startsWith('//') ? null : { start, typed };
}

/**
 * Return the replies that match: first those whose shortcut begins with the typed text, then those
 * whose shortcut and title match it loosely, the best first.
 *
 * @param {readonly Reply[]} replies
 * @param {string} typed without the slash
 * @returns {Reply[]}
 */
export function findReplies(replies, typed) {
  const begins = (/** @type {Reply} */ reply) =>
    shortcutOf(reply).toLowerCase().startsWith(typed.toLowerCase());
  const others = replies.filter((reply) => !begins(reply));
  return [
    ...replies.filter(begins),
    ...best(typed, others, (reply) => `${shortcutOf(reply)} ${reply.title}`),
  ];
}

/** Return the shortcut as it is typed after the slash. @param {Reply} reply */
export function shortcutOf({ shortcut }) {
  return shortcut.replace(/^\/+/, '');
}
