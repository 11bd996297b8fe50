import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  loudness,
  ownOrder,
  promiseLoudness,
  queueOrder,
  standing,
} from '../../static/console/lists/conversation-order.js';
import { byBusyness, myState } from '../../static/console/me/availability.js';
import { matching, transferTargets } from '../../static/console/transfer/transfer-targets.js';

const ANN = { role: 'customer', id: 'ann', name: 'Ann' };
const BOB = { role: 'technician', id: 'bob', name: 'Bob' };
const MINUTE = 60_000;

/**
 * @param {string} conversation
 * @param {Record<string, unknown>} [fields]
 * @param {[{role: string}, number][]} [said] by whom and when
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

test('the queue is sorted by return, priority and age', () => {
  const { live, promised } = queueOrder([
    talk('new', { status: 'waiting', opened_at: 3 }),
    talk('old', { status: 'waiting', opened_at: 1 }),
    talk('back', { status: 'waiting', opened_at: 2, requeued: 'technician_left' }),
    talk('dear', { status: 'waiting', opened_at: 9, priority: 1 }),
    talk('mine', { status: 'active' }),
    talk('unknown', { status: 'waiting', seq: 0 }),
  ]);
  assert.deepEqual(ids(live), ['back', 'dear', 'old', 'new']);
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
  assert.deepEqual(standing(waits), { turn: 'mine', since: 3 });
  const answered = talk('c', { last: { author: BOB, at: 5 } }, [
    [ANN, 1],
    [BOB, 5],
  ]);
  assert.deepEqual(standing(answered), { turn: 'theirs', since: 5 });
});

test('without loaded messages the summary decides the turn', () => {
  assert.deepEqual(standing(talk('c', { opened_at: 7 })), { turn: 'mine', since: 7 });
  const last = { author: ANN, at: 9 };
  assert.deepEqual(standing(talk('c', { last })), { turn: 'mine', since: 9 });
  const closed = talk('c', { status: 'closed', closed_at: 8, last });
  assert.deepEqual(standing(closed), { turn: 'over', since: 8 });
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

test('waiting turns amber and red at the operator’s targets', () => {
  const targets = { amber: 2 * MINUTE, red: 5 * MINUTE };
  assert.equal(loudness(2 * MINUTE - 1, targets), 'soft');
  assert.equal(loudness(2 * MINUTE, targets), 'late');
  assert.equal(loudness(5 * MINUTE, targets), 'very-late');
});

test('a promise is amber in its last hour and red when it is broken', () => {
  const due = 100 * MINUTE;
  assert.equal(promiseLoudness(due, 0), 'soft');
  assert.equal(promiseLoudness(due, 40 * MINUTE), 'late');
  assert.equal(promiseLoudness(due, due), 'very-late');
});

test('the effective state is the chosen one while connected', () => {
  const bob = { chosen: 'online', isConnected: true, load: 1, capacity: 2 };
  assert.equal(myState(bob), 'free');
  assert.equal(myState({ ...bob, load: 2 }), 'full');
  assert.equal(myState({ ...bob, chosen: 'away', load: 2 }), 'away');
  assert.equal(myState({ ...bob, isConnected: false }), 'lost');
});

test('colleagues are sorted by load, full and away ones last, offline ones left out', () => {
  const colleague = (/** @type {string} */ id, /** @type {number} */ load, status = 'online') => ({
    id,
    name: id,
    status,
    load,
    capacity: 4,
  });
  const order = byBusyness(
    [
      colleague('full', 4),
      colleague('away', 0, 'away'),
      colleague('busy', 3),
      colleague('me', 0),
      colleague('free', 1),
      colleague('gone', 0, 'offline'),
    ],
    'me',
  );
  assert.deepEqual(
    order.map(({ id }) => id),
    ['free', 'busy', 'away', 'full'],
  );
});

test('transfer targets are colleagues, and topics with the load of their technicians', () => {
  const topics = [
    { id: 'dsl', name: 'DSL lines' },
    { id: 'tv', name: 'Television' },
  ];
  const all = { status: 'online', capacity: 2, topics: [] };
  const targets = transferTargets(
    [
      { ...all, id: 'me', name: 'Me', load: 1 },
      { ...all, id: 'bob', name: 'Bob', load: 2, topics: ['tv'] },
      { ...all, id: 'cat', name: 'Cät', load: 0, topics: ['dsl'] },
      { ...all, id: 'dan', name: 'Dan', load: 0, status: 'offline' },
    ],
    topics,
    'me',
  );
  const shown = targets.map(({ name, load, capacity, isFull }) => [name, load, capacity, isFull]);
  assert.deepEqual(shown, [
    ['Cät', 0, 2, false],
    ['Bob', 2, 2, true],
    ['DSL lines', 1, 4, false],
    ['Television', 3, 4, false],
  ]);
  const found = (/** @type {string} */ typed) => matching(targets, typed).map(({ id }) => id);
  assert.deepEqual(found(' LIN ds'), ['cat', 'dsl']);
  assert.deepEqual(found('cat'), ['cat', 'dsl']);
  assert.deepEqual(found('at'), []);
  assert.equal(found('').length, 4);
});
