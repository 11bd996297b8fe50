import assert from 'node:assert/strict';
import { test } from 'node:test';
import { best, fit } from '../../static/lib/fuzzy.js';

const same = (/** @type {string} */ text) => text;

test('letters may be left out, but not swapped', () => {
  assert.equal(fit('enc', 'End the conversation') !== null, true);
  assert.equal(fit('cne', 'End the con'), null);
});

test('case, accents, blanks and hyphens make no difference', () => {
  for (const typed of ['K7F39QMX', 'k7f3 9qmx', 'k7f3-9q'])
    assert.notEqual(fit(typed, 'Ann · K7F3-9QMX'), null, typed);
  assert.notEqual(fit('muller', 'Jörg Müller'), null);
  assert.notEqual(fit('你好', '你好 · A'), null);
});

test('contiguous matches come first, then beginnings of words, then the rest', () => {
  const items = ['gone on line', 'Go online', 'Ring on'];
  assert.deepEqual(best('online', items, same), ['Go online', 'gone on line']);
  assert.deepEqual(best('go', ['Forgotten', 'Go online'], same), ['Go online', 'Forgotten']);
});

test('an empty search returns everything in its order', () => {
  assert.deepEqual(best(' ', ['b', 'a'], same), ['b', 'a']);
});
