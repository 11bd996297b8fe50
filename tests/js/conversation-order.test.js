import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownOrder, queueOrder, turnOf } from '../../static/console/lists/conversation-order.js';

const ANN = { role: 'customer', id: 'ann', name: 'Ann' };

const BOB = { role: 'technician', id: 'bob', name: 'Bob' };

/**
 * @param {string} conversation
 * @param {Record<string, unknown>} [fields]
 * @param {[{role: string}, number][]} [said] author and time of each message
 * @returns {any}
 */
function talk(conversation, fields = {}, said = []) {
  const events = said.map(([author, at], index) => ({
    kind: 'message',
    author,
    at,
    seq: index + 1,
  }));
  const summary = { conversation, status: 'active', seq: 1, opened_at: 0, last: null, ...fields };
  return { summary, log: { events } };
}

const ids = (/** @type {any[]} */ talks) => talks.map(({ summary }) => summary.conversation);

test('the queue is sorted by return, priority and arrival', () => {
  const { live, promised } = queueOrder([
    // The calendar was set back between the two.
    talk('4 new', { status: 'waiting', opened_at: 1 }),
    talk('1 old', { status: 'waiting', opened_at: 3 }),
    talk('2 back', { status: 'waiting', opened_at: 2, requeued: 'technician_left' }),
    talk('3 dear', { status: 'waiting', opened_at: 9, priority: 1 }),
    talk('mine', { status: 'active' }),
    talk('unknown', { status: 'waiting', seq: 0 }),
  ]);
  assert.deepEqual(ids(live), ['2 back', '3 dear', '1 old', '4 new']);
  assert.deepEqual(promised, []);
});

test('the priorities of topic and customer add up', () => {
  const waiting = [
    talk('dear', { status: 'waiting', opened_at: 1, priority: 1 }),
    talk('outage', { status: 'waiting', opened_at: 2, topic: 'outage' }),
    talk('dear outage', { status: 'waiting', opened_at: 3, priority: 1, topic: 'outage' }),
    talk('later', { status: 'waiting', opened_at: 0, topic: 'chatter' }),
    talk('plain', { status: 'waiting', opened_at: 4, topic: null }),
    talk('promised', { status: 'waiting', opened_at: 5, topic: 'outage', reply_by: 9 }),
    talk('sooner', { status: 'waiting', opened_at: 6, reply_by: 8 }),
  ];
  const { live, promised } = queueOrder(waiting, { outage: 2, chatter: -1 });
  assert.deepEqual(ids(live), ['dear outage', 'outage', 'dear', 'plain', 'later']);
  assert.deepEqual(ids(promised), ['sooner', 'promised']);
});

test('promised answers come after live customers, the most urgent first', () => {
  const { live, promised } = queueOrder([
    talk('tuesday', { status: 'waiting', opened_at: 1, reply_by: 20 }),
    talk('monday', { status: 'waiting', opened_at: 2, reply_by: 10 }),
    talk('here', { status: 'waiting', opened_at: 3, reply_by: null }),
  ]);
  assert.deepEqual(ids(live), ['here']);
  assert.deepEqual(ids(promised), ['monday', 'tuesday']);
});

test('the waiting time begins with the first unanswered message', () => {
  const waits = talk('c', {}, [
    [ANN, 1],
    [BOB, 2],
    [ANN, 3],
    [ANN, 4],
  ]);
  assert.deepEqual(turnOf(waits), { turn: 'mine', since: 3 });
  const answered = talk('c', { last: { author: BOB, at: 5 } }, [
    [ANN, 1],
    [BOB, 5],
  ]);
  assert.deepEqual(turnOf(answered), { turn: 'theirs', since: 5 });
});

test('without loaded messages the summary decides the turn', () => {
  assert.deepEqual(turnOf(talk('c', { opened_at: 7 })), { turn: 'mine', since: 7 });
  const last = { author: ANN, at: 9 };
  assert.deepEqual(turnOf(talk('c', { last })), { turn: 'mine', since: 9 });
  const closed = talk('c', { status: 'closed', closed_at: 8, last });
  assert.deepEqual(turnOf(closed), { turn: 'over', since: 8 });
});

test('the oldest unanswered conversation comes first, closed ones last', () => {
  const talks = [
    talk('ended', { status: 'closed', closed_at: 1 }),
    talk('answered', { last: { author: BOB, at: 1 } }, [[BOB, 1]]),
    talk('younger', {}, [[ANN, 9]]),
    talk('older', {}, [
      [ANN, 4],
      [ANN, 12],
    ]),
  ];
  assert.deepEqual(ids(ownOrder(talks)), ['older', 'younger', 'answered', 'ended']);
});

test('a broken promise comes first, and one that is nearly due among live customers', () => {
  const { live, promised } = queueOrder([
    talk('returned', { status: 'waiting', requeued: 'technician_left', reply_by: null }),
    talk('plain', { status: 'waiting', reply_by: null }),
    talk('tuesday', { status: 'waiting', reply_by: 20 }),
    talk('soon', { status: 'waiting', reply_by: 10, escalated: 'late', requeued: 'transferred' }),
    talk('over', { status: 'waiting', reply_by: 9, escalated: 'broken' }),
    talk('long over', { status: 'waiting', reply_by: 8, escalated: 'broken' }),
  ]);
  assert.deepEqual(ids(live), ['long over', 'over', 'returned', 'soon', 'plain']);
  assert.deepEqual(ids(promised), ['tuesday']);
});
