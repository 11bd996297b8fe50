import { best } from './fuzzy.js';

/** @typedef {{id: string, shortcut: string, title: string, text: string}} Reply */

/**
 * What a ready answer may leave open, as `{name}`: `name` is the customer's, `first_name` its
 * first word, `reference` what is read out on the phone, `technician` who writes, `topic` the
 * name of what it is about.
 */
export const PLACEHOLDERS = /** @type {const} */ ([
  'name',
  'first_name',
  'reference',
  'technician',
  'topic',
]);

/**
 * A ready answer with its gaps filled. What nobody knows stays as it is, and `gap` is where the
 * first of those stands, to be written by hand; null when there is none.
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
 * What the placeholders stand for in one conversation.
 *
 * @param {{customer: string, reference: string, technician: string, topic: string}} conversation
 * @returns {Record<typeof PLACEHOLDERS[number], string>}
 */
export function replyValues({ customer, reference, technician, topic }) {
  const name = customer.trim();
  return { name, first_name: name.split(/\s+/u)[0] ?? '', reference, technician, topic };
}

/**
 * The shortcut that is being typed: `/` at the beginning of a line, and what follows up to the
 * caret. `//` begins a note and is none.
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
 * The ready answers that are meant: those whose shortcut begins so, then those whose shortcut and
 * title fit somehow, the best first.
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

/** A shortcut as it is typed after the slash. @param {Reply} reply */
export function shortcutOf({ shortcut }) {
  return shortcut.replace(/^\/+/, '');
}
