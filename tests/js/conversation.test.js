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
