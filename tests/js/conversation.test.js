import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evolve, unknown } from '../../static/lib/conversation.js';

/** @type {import('../../static/lib/types.js').Author} */
const author = { role: 'customer', id: 'ann', name: 'Ann' };
const EVENT = { conversation: 'c1', at: 1, author };

test('the topic is that of the opening until the conversation is transferred to another', () => {
  const conversation = unknown('c1');
  evolve(conversation, { ...EVENT, seq: 1, prev: 0, kind: 'opened', topic: 'dsl' });
  assert.equal(conversation.summary.topic, 'dsl');
  const technician = { id: 'bob', name: 'Bob' };
  evolve(conversation, { ...EVENT, seq: 2, prev: 1, kind: 'transferred', technician });
  assert.equal(conversation.summary.topic, 'dsl');
  evolve(conversation, { ...EVENT, seq: 3, prev: 2, kind: 'transferred', topic: 'laptop' });
  assert.equal(conversation.summary.topic, 'laptop');
});

test('an answer keeps the promise, and the customer’s own message does not', () => {
  const conversation = unknown('c1');
  evolve(conversation, { ...EVENT, seq: 1, prev: 0, kind: 'promised', reply_by: 9 });
  evolve(conversation, { ...EVENT, seq: 2, prev: 1, kind: 'message', text: 'Hello?' });
  assert.equal(conversation.summary.reply_by, 9);
  /** @type {import('../../static/lib/types.js').Author} */
  const bob = { role: 'technician', id: 'bob', name: 'Bob' };
  evolve(conversation, { ...EVENT, author: bob, seq: 3, prev: 2, kind: 'message', text: 'Hi' });
  assert.equal(conversation.summary.reply_by, null);
});

test('in a case by e-mail the letter keeps the promise, and not the words alone', () => {
  const conversation = unknown('c1');
  /** @type {import('../../static/lib/types.js').Author} */
  const bob = { role: 'technician', id: 'bob', name: 'Bob' };
  evolve(conversation, { ...EVENT, seq: 1, prev: 0, kind: 'message', way: 'mail', text: 'Hm' });
  evolve(conversation, { ...EVENT, seq: 2, prev: 1, kind: 'promised', reply_by: 9 });
  evolve(conversation, {
    ...EVENT,
    seq: 3,
    prev: 2,
    kind: 'message',
    author: bob,
    text: 'Restart it',
  });
  assert.equal(conversation.summary.reply_by, 9);
  evolve(conversation, { ...EVENT, seq: 4, prev: 3, kind: 'mailed', to: 'ann@example.org' });
  assert.equal(conversation.summary.reply_by, null);
});

test('a renewed promise takes the place of the broken one, any other comes after it', () => {
  const conversation = unknown('c1');
  evolve(conversation, { ...EVENT, seq: 1, prev: 0, kind: 'promised', reply_by: 9 });
  evolve(conversation, { ...EVENT, seq: 2, prev: 1, kind: 'promised', reply_by: 12 });
  assert.equal(conversation.summary.reply_by, 9);
  evolve(conversation, {
    ...EVENT,
    seq: 3,
    prev: 2,
    kind: 'promised',
    reply_by: 20,
    instead_of: 9,
  });
  assert.equal(conversation.summary.reply_by, 20);
});
