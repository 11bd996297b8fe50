import { EventLog } from './event-log.js';

/** @typedef {import('./types.js').Summary} Summary */
/** @typedef {import('./types.js').ChatEvent} ChatEvent */

/**
 * A conversation as far as this client knows it.
 *
 * @typedef {object} Conversation
 * @property {Summary} summary
 * @property {EventLog} log
 * @property {{name: string, until: number}|null} typing a participant of the other side
 * @property {{name: string, until: number}|null} [colleague] another participant of the own side, who is typing
 * @property {{position: number, wait?: number}|null} place
 */

/**
 * Make a conversation of which only the id is known.
 *
 * @param {string} id
 * @returns {Conversation}
 */
export function unknown(id) {
  return { summary: blank(id), log: new EventLog(), typing: null, place: null };
}

/**
 * Apply an event to a conversation. The summary may be newer than the event, which is then read
 * late (after a reload, or by a new follower); such an event does not turn the summary back.
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
      // The first answer keeps the promise: from then on the customer waits live, if at all.
      if (!isKnown && event.author.role === 'technician') summary.reply_by = null;
      // A summary without events (an outline) has no text, whatever else it has.
      if (event.at < (summary.last?.at ?? 0)) return;
      summary.last = {
        text: event.text ?? event.attachment?.name ?? '',
        at: event.at,
        author: event.author,
      };
      return;
    case 'redacted':
      log.forget(event.first ?? 0, event.through);
      summary.last = summary.question = null;
      return;
    case 'assigned':
      conversation.place = null;
  }
  if (!isKnown) evolveSummary(summary, event);
}

/**
 * @param {Summary} summary
 * @param {ChatEvent} event
 */
function evolveSummary(summary, event) {
  switch (event.kind) {
    case 'opened':
      summary.reference = event.reference ?? summary.reference;
      summary.customer = event.customer ?? summary.customer;
      summary.opened_at = event.at;
      summary.topic = event.topic ?? null;
      break;
    case 'transferred':
      summary.topic = event.topic ?? summary.topic;
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
    case 'reopened':
      summary.status = 'waiting';
      summary.technician = summary.closed_at = summary.reply_by = null;
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
