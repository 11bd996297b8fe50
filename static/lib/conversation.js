import { EventLog } from './event-log.js';

/** @typedef {import('./types.js').Summary} Summary */
/** @typedef {import('./types.js').ChatEvent} ChatEvent */

/**
 * One conversation as this client knows it.
 *
 * @typedef {object} Conversation
 * @property {Summary} summary
 * @property {EventLog} log
 * @property {{name: string, until: number}|null} typing somebody of the other side
 * @property {{name: string, until: number}|null} [colleague] somebody else of one's own side
 * @property {{position: number, wait?: number}|null} place
 */

/**
 * One of which nothing is known but that there is one.
 *
 * @param {string} id
 * @returns {Conversation}
 */
export function unknown(id) {
  return { summary: blank(id), log: new EventLog(), typing: null, place: null };
}

/**
 * What an event changes, beside that it happened. A summary may know more already: what is only
 * read later, after a reload or when one comes to follow, does not turn it back.
 *
 * @param {Conversation} conversation
 * @param {ChatEvent} event
 */
export function evolve(conversation, event) {
  const { summary, log } = conversation;
  const isKnown = event.seq <= summary.seq;
  summary.seq = Math.max(summary.seq, event.seq);
  switch (event.kind) {
    case 'message':
      conversation.typing = null;
      // An outline knows no words, however much else it knows.
      if (event.at < (summary.last?.at ?? 0)) return;
      summary.last = {
        text: event.text ?? event.attachment?.name ?? '',
        at: event.at,
        author: event.author,
      };
      return;
    case 'redacted':
      log.forget(event.first ?? 0, event.through);
      summary.last = null;
      return;
    case 'assigned':
      conversation.place = null;
  }
  if (!isKnown) turn(summary, event);
}

/**
 * @param {Summary} summary
 * @param {ChatEvent} event
 */
function turn(summary, event) {
  switch (event.kind) {
    case 'opened':
      summary.reference = event.reference ?? summary.reference;
      summary.customer = event.customer ?? summary.customer;
      summary.opened_at = event.at;
      break;
    case 'promised':
      summary.reply_by = event.reply_by ?? null;
      summary.place_until = null;
      break;
    case 'kept':
      summary.place_until = event.until ?? null;
      break;
    case 'assigned':
      summary.status = 'active';
      summary.technician = event.technician ?? null;
      summary.requeued = summary.place_until = null;
      break;
    case 'requeued':
      summary.status = 'waiting';
      summary.technician = null;
      summary.requeued = event.reason ?? null;
      break;
    case 'closed':
      summary.status = 'closed';
      summary.closed_at = event.at;
  }
}

/**
 * @param {string} conversation
 * @returns {Summary}
 */
function blank(conversation) {
  return {
    conversation,
    reference: '',
    status: 'waiting',
    topic: null,
    subject: null,
    customer: { id: '', name: '' },
    technician: null,
    opened_at: Date.now(),
    closed_at: null,
    reply_by: null,
    seq: 0,
    read: { customer: 0, technician: 0 },
    last: null,
  };
}
