import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unsentIn } from '../../static/console/panes/unsent.js';

const DRAFT = { id: 'd1', conversation: 'c1', text: 'hello', at: 1_000 };

/** @param {{text?: string, messages?: any[], state?: string, now?: number}} now */
function isUnsent({ text = '', messages = [], state = 'online', now = 1_500 }) {
  const session = /** @type {any} */ ({
    connection: { state },
    outbox: { messagesOf: () => messages },
  });
  return unsentIn(session, { textOf: () => text }, () => now)('c1');
}

test('a text in the composer is not sent, blanks alone are nothing', () => {
  assert.equal(isUnsent({ text: 'half a sent' }), true);
  assert.equal(isUnsent({ text: ' \n' }), false);
});

test('a message that is just on its way does not count', () => {
  assert.equal(isUnsent({ messages: [DRAFT] }), false);
});

test('a message counts while there is no connection, when it was refused, and after two seconds', () => {
  assert.equal(isUnsent({ messages: [DRAFT], state: 'connecting' }), true);
  assert.equal(isUnsent({ messages: [{ ...DRAFT, failed: 'too long' }] }), true);
  assert.equal(isUnsent({ messages: [DRAFT], now: 3_001 }), true);
});
