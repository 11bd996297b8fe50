/** @typedef {import('../../lib/session.js').Conversation} Conversation */

/**
 * The turn in a conversation, and since when (ms).
 *
 * @typedef {{turn: 'mine'|'theirs'|'over', since: number}} Turn
 */

/**
 * Return the precedence in the queue, the highest first: the priority of the customer plus that of
 * the topic, and one more for a promise that is nearly due.
 *
 * @param {Pick<import('../../lib/types.js').Summary, 'priority'|'topic'|'escalated'>} summary
 * @param {Record<string, number>} priorities of topics, by their ids
 */
export function precedence({ priority = 0, topic, escalated }, priorities) {
  return priority + (priorities[topic ?? ''] ?? 0) + (escalated ? 1 : 0);
}

/**
 * Sort the queue as the server serves it: overdue promises first, then live customers and promises
 * that are nearly due (returned to the queue, then by priority, then the first who came), after
 * them the others with a promised answer, the most urgent first. Ids sort in the order of arrival,
 * even if the server's calendar was set back.
 *
 * @param {Iterable<Conversation>} conversations in the order of arrival, which breaks ties
 * @param {Record<string, number>} [priorities] of topics, by their ids
 * @returns {{live: Conversation[], promised: Conversation[]}}
 */
export function queueOrder(conversations, priorities = {}) {
  const waiting = [...conversations].filter(
    ({ summary }) => summary.status === 'waiting' && summary.seq > 0,
  );
  const live = waiting.filter(({ summary }) => !summary.reply_by || summary.escalated);
  const promised = waiting.filter(({ summary }) => summary.reply_by && !summary.escalated);
  return {
    live: live.sort(
      ({ summary: a }, { summary: b }) =>
        overdue(a) - overdue(b) ||
        Number(hasReturned(b)) - Number(hasReturned(a)) ||
        precedence(b, priorities) - precedence(a, priorities) ||
        (a.conversation < b.conversation ? -1 : 1),
    ),
    promised: promised.sort(
      ({ summary: a }, { summary: b }) => (a.reply_by ?? 0) - (b.reply_by ?? 0),
    ),
  };
}

/**
 * Return the deadline of a broken promise (ms), or the largest number where none is broken.
 *
 * Not Infinity: the difference of two would be NaN, and the next criteria would not be asked.
 *
 * @param {Pick<import('../../lib/types.js').Summary, 'escalated'|'reply_by'>} summary
 */
function overdue({ escalated, reply_by: due }) {
  return escalated === 'broken' && due ? due : Number.MAX_SAFE_INTEGER;
}

/** @param {Pick<import('../../lib/types.js').Summary, 'requeued'|'reply_by'>} summary */
function hasReturned({ requeued, reply_by: due }) {
  return Boolean(requeued) && !due;
}

/** @param {Conversation} conversation @returns {Turn} */
export function turnOf({ summary, log }) {
  if (summary.status === 'closed') return { turn: 'over', since: summary.closed_at ?? 0 };
  const unanswered = firstUnanswered(log.events);
  if (unanswered) return { turn: 'mine', since: unanswered.at };
  const { last } = summary;
  if (!last) return { turn: 'mine', since: summary.opened_at };
  return { turn: last.author.role === 'customer' ? 'mine' : 'theirs', since: last.at };
}

/**
 * Return the customer's first message that is not answered.
 *
 * @param {import('../../lib/types.js').ChatEvent[]} events
 */
function firstUnanswered(events) {
  let unanswered;
  // Backwards to the last answer of a technician: long conversations are not read whole.
  for (let index = events.length - 1; index >= 0; index -= 1) {
    const event = events[index];
    if (event?.kind !== 'message') continue;
    if (event.author.role !== 'customer') break;
    unanswered = event;
  }
  return unanswered;
}

const TURNS = { mine: 0, theirs: 1, over: 2 };

/**
 * Sort the own conversations: the oldest unanswered first, then those that wait for the customer,
 * then closed ones.
 *
 * @param {Conversation[]} conversations
 */
export function ownOrder(conversations) {
  return conversations
    .map((conversation) => ({ conversation, ...turnOf(conversation) }))
    .sort((a, b) => TURNS[a.turn] - TURNS[b.turn] || a.since - b.since)
    .map(({ conversation }) => conversation);
}
