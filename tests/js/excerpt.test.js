import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parts, sought, years } from '../../static/archive/excerpt.js';

const found = (/** @type {{text: string, found: boolean}[]} */ made) =>
  made.filter((part) => part.found).map((part) => part.text);
const whole = (/** @type {{text: string}[]} */ made) => made.map((part) => part.text).join('');

test('an excerpt is the text with what was found in it', () => {
  const made = parts('It \u0002rings\u0003 at \u0002night\u0003');
  assert.deepEqual(found(made), ['rings', 'night']);
  assert.equal(whole(made), 'It rings at night');
  assert.deepEqual(parts(''), []);
  assert.deepEqual(parts('plain'), [{ text: 'plain', found: false }]);
});

test('words are found in any script, inside of words, whatever their case', () => {
  assert.deepEqual(found(sought('The Größe of modems', 'GRÖSSE modem')), ['modem']);
  assert.deepEqual(found(sought('The Größe of modems', 'gröSs größe')), ['Größe']);
  assert.deepEqual(found(sought('مرحبا 你好', '你好')), ['你好']);
  assert.deepEqual(found(sought('lights', 'light lights')), ['lights']);
});

test('what is sought is never a pattern', () => {
  for (const wanted of ['.*', '(', '\\w', '[a-z]+', '']) assert.equal(found(sought('text', wanted)).length <= 1, true);
  assert.equal(whole(sought('a(b)c', '(b)')), 'a(b)c');
});

test('years go from the first conversation to now', () => {
  const now = new Date(2026, 10, 25).getTime();
  assert.deepEqual(years(new Date(2024, 0, 1).getTime(), now), [2026, 2025, 2024]);
  assert.deepEqual(years(null, now), [2026]);
  assert.deepEqual(years(now + 9e10, now), [2026]);
});
