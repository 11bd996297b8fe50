import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerWay } from '../../static/console/panes/answer-way.js';

const ANN = { role: 'customer', id: 'ann', name: 'Ann' };

const LETTER = { way: 'mail', mail: { id: null, sender: 'ann@example.net' } };

/**
 * @param {Record<string, unknown>[]} said
 * @returns {any}
 */
const messages = (...said) => said.map((each) => ({ kind: 'message', author: ANN, ...each }));

const said = (/** @type {Record<string, unknown>} */ summary, /** @type {any} */ events) =>
  answerWay(summary, events)?.text;

test('a chat that has nothing to do with e-mail says nothing', () => {
  assert.equal(answerWay({ by_mail: false }, messages({ text: 'Hello' })), null);
});

test('an answer to a letter goes to the address of the last one', () => {
  const other = { ...LETTER, mail: { id: null, sender: 'ann@example.com' } };
  const to = answerWay({ by_mail: true, way: 'mail' }, messages(LETTER, other));
  assert.deepEqual(to, { text: 'goesByMail', to: 'ann@example.com' });
});

test('a customer who used both gets the answer by e-mail and in the chat', () => {
  assert.equal(said({ by_mail: true }, messages({ text: 'Hello' }, LETTER)), 'goesBoth');
});

test('a customer who came back to the chat is answered there', () => {
  assert.equal(said({ by_mail: false, way: 'mail' }, messages(LETTER, {})), 'goesHere');
  assert.equal(said({ by_mail: false }, messages({}, LETTER, {})), 'goesHere');
});
