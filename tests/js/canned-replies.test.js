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

test('placeholders are filled with the values of the conversation', () => {
  assert.deepEqual(fillReply('Hello {first_name}, {technician} here ({reference}).', ann), {
    text: 'Hello Ann, Bob here (K7F3-9QMX).',
    gap: null,
  });
});

test('placeholders without a value stay, and the first one is selected', () => {
  const { text, gap } = fillReply('{name}: set {channel} for {topic}', ann);
  assert.equal(text, 'Ann  Lee: set {channel} for {topic}');
  assert.equal(text.slice(gap?.start, gap?.end), '{channel}');
});

test('other braces are text, and no placeholder reads an inherited property', () => {
  assert.equal(fillReply('{ "a": {} } $& {constructor}', ann).text, '{ "a": {} } $& {constructor}');
});

test('a value with braces is not filled again', () => {
  assert.equal(fillReply('{name}', { name: '{reference}', reference: 'x' }).text, '{reference}');
});

test('a slash at the beginning of a line begins a shortcut', () => {
  assert.deepEqual(typedShortcut('/mod', 4), { start: 0, typed: 'mod' });
  assert.deepEqual(typedShortcut('Hello\n/r and on', 8), { start: 6, typed: 'r' });
  for (const text of ['Hello /mod', '//mod', '/two words', '// note\n/mod'])
    assert.equal(typedShortcut(text, text.length), null, text);
});

test('a shortcut with the typed prefix comes before loose matches', () => {
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
