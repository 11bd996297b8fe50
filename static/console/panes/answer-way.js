/**
 * @typedef {object} AnswerWay
 * @property {'goesHere'|'goesByMail'|'goesBoth'} text the key of the text that says where it goes
 * @property {string} to the address of the customer's last letter, or nothing
 */

/**
 * Return where an answer goes, or null in a chat that never had to do with e-mail.
 * @param {Partial<import('../../lib/types.js').Summary>} summary
 * @param {import('../../lib/types.js').ChatEvent[]} events
 * @returns {AnswerWay|null}
 */
export function answerWay({ by_mail: byMail, way }, events) {
  const said = events.filter(
    ({ kind, author }) => kind === 'message' && author?.role === 'customer',
  );
  const to = said.findLast(({ mail }) => mail?.sender)?.mail?.sender ?? '';
  if (!byMail) return way === 'mail' || to ? { text: 'goesHere', to } : null;
  const hasChat = said.some((event) => event.way !== 'mail');
  return { text: hasChat ? 'goesBoth' : 'goesByMail', to };
}
