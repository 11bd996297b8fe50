const SENDING_MS = 2_000;

/**
 * Return a function that tells whether words for a customer were written and have not been sent: a
 * text in the composer, or messages that wait for the connection or were refused. A message that is
 * just on its way does not count.
 *
 * @param {Pick<import('../../lib/technician-session.js').TechnicianSession, 'outbox'|'connection'>} session
 * @param {Pick<import('./drafts.js').Drafts, 'textOf'>} drafts
 * @param {() => number} [now] ms since 1970
 * @returns {(conversation: string) => boolean}
 */
export function unsentIn(session, drafts, now = Date.now) {
  /** @param {import('../../lib/types.js').OutgoingMessage} message */
  const isStuck = ({ failed, at }) =>
    Boolean(failed) || session.connection.state !== 'online' || now() - at > SENDING_MS;
  return (id) => drafts.textOf(id).trim() !== '' || session.outbox.messagesOf(id).some(isStuck);
}
