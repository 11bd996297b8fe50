import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { linkify, minutes, stopwatch } from '../../static/lib/format.js';
import { LANGUAGES, Words, chooseLanguage, loadWords } from '../../static/lib/i18n.js';
import { memory } from '../../static/lib/memory.js';

/** @param {string} language */
async function load(language) {
  const file = new URL(`../../static/i18n/${language}.json`, import.meta.url);
  return JSON.parse(await readFile(file, 'utf8'));
}

test('every language says everything, with the same gaps to fill', async () => {
  const english = await load('en');
  const gaps = (/** @type {unknown} */ message) =>
    [...new Set(JSON.stringify(message).match(/\{\w+\}/g))].sort();
  for (const language of LANGUAGES) {
    const messages = await load(language);
    assert.deepEqual(Object.keys(messages), Object.keys(english), language);
    for (const key of Object.keys(english))
      assert.deepEqual(gaps(messages[key]), gaps(english[key]), `${language} ${key}`);
  }
});

test('the first language of the person that there is, is chosen', () => {
  assert.equal(chooseLanguage(['fr-CA', 'de-AT', 'en']), 'de');
  assert.equal(chooseLanguage(['tlh']), 'en');
});

test('plurals are as the language has them', async () => {
  const words = await loadWords(['de'], load);
  assert.match(words.say('wait', { count: 1 }), /eine Minute/);
  assert.match(words.say('wait', { count: 5 }), /5 Minuten/);
});

test('what has no words is shown by its name', () => {
  assert.equal(new Words('en', {}).say('nothing'), 'nothing');
});

test('links are parts, and markup stays text', () => {
  assert.deepEqual(linkify('see https://a.example/x?y=1, ok'), [
    { text: 'see ' },
    { text: 'https://a.example/x?y=1', url: 'https://a.example/x?y=1' },
    { text: ', ok' },
  ]);
  assert.deepEqual(linkify('javascript:alert(1) <b>'), [{ text: 'javascript:alert(1) <b>' }]);
  assert.deepEqual(linkify('"https://a.example/"onclick="x'), [
    { text: '"' },
    { text: 'https://a.example/', url: 'https://a.example/' },
    { text: '"onclick="x' },
  ]);
});

test('durations are shown as a clock shows them', () => {
  assert.deepEqual([0, 65_000, 3_723_000].map(stopwatch), ['0:00', '1:05', '1:02:03']);
  assert.deepEqual([0, 29_000, 150_000].map(minutes), [1, 1, 3]);
});

test('a browser that stores nothing still lets one write', () => {
  const kept = memory(() => {
    throw new Error('forbidden');
  });
  kept.setItem('a', '1');
  assert.deepEqual([kept.lasting, kept.getItem('a')], [false, '1']);
});
