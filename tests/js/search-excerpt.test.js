import assert from 'node:assert/strict';
import { test } from 'node:test';

import { aroundMatch, markMatches, splitExcerpt } from '../../static/lib/search-excerpt.js';

const found = (/** @type {{text: string, isMatch: boolean}[]} */ made) =>
  made.filter((part) => part.isMatch).map((part) => part.text);
const whole = (/** @type {{text: string}[]} */ made) => made.map((part) => part.text).join('');

test('an excerpt is the text with its matches', () => {
  const made = splitExcerpt('It \u0002rings\u0003 at \u0002night\u0003');
  assert.deepEqual(found(made), ['rings', 'night']);
  assert.equal(whole(made), 'It rings at night');
  assert.deepEqual(splitExcerpt(''), []);
  assert.deepEqual(splitExcerpt('plain'), [{ text: 'plain', isMatch: false }]);
});

test('words are found in any script, inside of words, whatever their case', () => {
  assert.deepEqual(found(markMatches('The Größe of modems', 'GRÖSSE modem')), ['modem']);
  assert.deepEqual(found(markMatches('The Größe of modems', 'gröSs größe')), ['Größe']);
  assert.deepEqual(found(markMatches('مرحبا 你好', '你好')), ['你好']);
  assert.deepEqual(found(markMatches('lights', 'light lights')), ['lights']);
});

test('the text of a search is never a pattern', () => {
  for (const wanted of ['.*', '(', '\\w', '[a-z]+', ''])
    assert.equal(found(markMatches('text', wanted)).length <= 1, true);
  assert.equal(whole(markMatches('a(b)c', '(b)')), 'a(b)c');
});

test('an excerpt is split at its matches', () => {
  assert.deepEqual(splitExcerpt('my \u0002modem\u0003 blinks'), [
    { text: 'my ', isMatch: false },
    { text: 'modem', isMatch: true },
    { text: ' blinks', isMatch: false },
  ]);
  assert.deepEqual(splitExcerpt('\u0002a\u0003\u0002b\u0003'), [
    { text: 'a', isMatch: true },
    { text: 'b', isMatch: true },
  ]);
  assert.deepEqual(splitExcerpt('cut \u0002off'), [{ text: 'cut off', isMatch: false }]);
  assert.deepEqual(splitExcerpt(''), []);
});

test('in one line an excerpt begins near its match', () => {
  const line = (/** @type {string} */ text) =>
    aroundMatch(splitExcerpt(text), 12)
      .map(({ text: part }) => part)
      .join('');
  assert.equal(line('a rather long beginning of my \u0002modem\u0003'), '…of my modem');
  assert.equal(line('my \u0002modem\u0003 blinks'), 'my modem blinks');
  assert.equal(line('a sentence without any match'), 'a sentence without any match');
});
