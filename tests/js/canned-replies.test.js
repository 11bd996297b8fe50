import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  fillReply,
  findReplies,
  replyValues,
  typedShortcut,
} from '../../static/lib/canned-replies.js';

const ann = replyValues({
  customer: ' Ann  Lee ',
  reference: 'K7F3-9QMX',
  technician: 'Bob',
  topic: '',
});

/** @param {string} shortcut @param {string} [title] */
const reply = (shortcut, title = '') => ({ id: shortcut, shortcut, title, text: 'x' });

test('gaps are filled with what is known of the conversation', () => {
  assert.deepEqual(fillReply('Hello {first_name}, {technician} here ({reference}).', ann), {
    text: 'Hello Ann, Bob here (K7F3-9QMX).',
    gap: null,
  });
});

test('what is not known stays, and the first of it is to be written by hand', () => {
  const { text, gap } = fillReply('{name}: set {channel} for {topic}', ann);
  assert.equal(text, 'Ann  Lee: set {channel} for {topic}');
  assert.equal(text.slice(gap?.start, gap?.end), '{channel}');
});

test('braces that are no gaps are text, and no gap reaches what every object has', () => {
  assert.equal(fillReply('{ "a": {} } $& {constructor}', ann).text, '{ "a": {} } $& {constructor}');
});

test('a filled gap is not filled again', () => {
  assert.equal(fillReply('{name}', { name: '{reference}', reference: 'x' }).text, '{reference}');
});

test('a slash begins a shortcut where a line begins', () => {
  assert.deepEqual(typedShortcut('/mod', 4), { start: 0, typed: 'mod' });
  assert.deepEqual(typedShortcut('Hello\n/r and on', 8), { start: 6, typed: 'r' });
  for (const text of ['Hello /mod', '//mod', '/two words', '// note\n/mod'])
    assert.equal(typedShortcut(text, text.length), null, text);
});

test('the shortcut that begins so comes before what fits somehow', () => {
  const replies = [
    reply('greeting', 'Say modest hello'),
    reply('modem'),
    reply('/mode'),
    reply('x'),
  ];
  const found = findReplies(replies, 'mod').map(({ id }) => id);
  assert.deepEqual(found, ['modem', '/mode', 'greeting']);
  assert.equal(findReplies(replies, '').length, 4);
});
