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
 * @property {{position: number, wait?: number, between?: [number, number]}|null} place
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
      if (!isKnown) evolvePromise(summary, event);
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
      // An earlier promise that is owed still comes first, unless this one stands in its place.
      if (!summary.reply_by || event.instead_of === summary.reply_by) {
        summary.reply_by = event.reply_by ?? null;
        summary.half_at = event.half_at ?? null;
      }
      summary.place_until = null;
      break;
    case 'mailed':
      endPromise(summary);
      break;
    case 'escalated':
      summary.escalated = event.level ?? null;
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
 * Follow what a message means for the promise: an answer in the chat keeps it at once, one to a
 * letter when it is `mailed`. Bounces are told by the next summary.
 *
 * @param {Summary} summary
 * @param {ChatEvent} event
 */
function evolvePromise(summary, event) {
  const { role } = event.author;
  if (role === 'customer') summary.by_mail = event.way === 'mail';
  if (role === 'technician' && !summary.by_mail) endPromise(summary);
}

/** @param {Summary} summary */
function endPromise(summary) {
  summary.reply_by = null;
  if ('escalated' in summary) summary.half_at = summary.escalated = null;
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
