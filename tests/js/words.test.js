import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { clockTime, day, moment, stopwatch } from '../../static/lib/format.js';
import { chooseLanguage, Words } from '../../static/lib/i18n.js';
import { linkify } from '../../static/lib/links.js';
import { openStorage } from '../../static/lib/storage.js';
import { storage } from './world.js';

const FOLDER = new URL('../../static/i18n/', import.meta.url);

/**
 * @param {string} language
 * @returns {Promise<Record<string, Record<string, any>>>} sections of words
 */
async function load(language) {
  const file = new URL(`${language}.json`, FOLDER);
  return JSON.parse(await readFile(file, 'utf8'));
}

/** Which section the files of a folder may speak from, beside the shared one and their own. */
const SECTIONS = /** @type {Record<string, string>} */ ({ widget: 'conversation' });

test('every key that the pages use has words', async () => {
  const english = await load('en');
  const pages = new URL('../../static/', import.meta.url);
  const files = await readdir(pages, { recursive: true });
  for (const file of files.filter((name) => name.endsWith('.js'))) {
    const folder = file.split('/')[0] ?? '';
    const words = { ...english.shared, ...english[folder], ...english[SECTIONS[folder] ?? ''] };
    const source = await readFile(new URL(file, pages), 'utf8');
    for (const [, key = ''] of source.matchAll(/\bsay\('([\w.]+)'/g))
      assert.equal(key in words, true, `${file}: ${key}`);
  }
});

test('the keys of shared elements are in the shared section only', async () => {
  const elements = new URL('../../static/elements/', import.meta.url);
  const files = (await readdir(elements)).filter((name) => name.endsWith('.js'));
  const sources = await Promise.all(files.map((file) => readFile(new URL(file, elements), 'utf8')));
  const said = [...sources.join('').matchAll(/\bsay\('([\w.]+)'/g)].map(([, key = '']) => key);
  for (const [section, messages] of Object.entries(await load('en')))
    if (section !== 'shared')
      for (const key of said) assert.equal(key in messages, false, `${section}: ${key}`);
});

test('the first available language of the reader is chosen', () => {
  assert.equal(chooseLanguage(['tlh-QO', 'de-AT', 'en'], ['de', 'en']), 'de');
  assert.equal(chooseLanguage(['tlh'], ['de', 'en']), 'en');
});

test('plural forms follow the language', async () => {
  const words = new Words('de', (await load('de')).conversation ?? {});
  assert.equal(words.say('found', { count: 1 }), '1 Gespräch gefunden.');
  assert.equal(words.say('found', { count: 5 }), '5 Gespräche gefunden.');
});

test('a key without words is shown itself', () => {
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

test('durations are shown like a clock', () => {
  assert.deepEqual([0, 65_000, 3_723_000].map(stopwatch), ['0:00', '1:05', '1:02:03']);
});

test('without a storage values are kept in memory', () => {
  const kept = openStorage(() => {
    throw new Error('forbidden');
  });
  kept.setItem('a', '1');
  assert.deepEqual([kept.lasting, kept.getItem('a')], [false, '1']);
});

test('with a full storage new values are kept in memory', () => {
  const store = storage();
  let isFull = false;
  const kept = openStorage(() => ({
    ...store,
    setItem: (key, value) => {
      if (isFull) throw new Error('full');
      store.setItem(key, value);
    },
  }));
  kept.setItem('a', '1');
  isFull = true;
  kept.setItem('a', '2');
  assert.deepEqual([kept.getItem('a'), store.getItem('a'), kept.lasting], ['2', '1', false]);
  isFull = false;
  kept.setItem('a', '3');
  assert.deepEqual([store.getItem('a'), kept.lasting], ['3', true]);
});

for (const text of [
  'javascript:alert(1)',
  'JAVASCRIPT://x',
  'data:text/html,<script>1</script>',
  'vbscript:x',
  'file:///etc/passwd',
  '//evil.example',
  'xhttps:/one.example',
  '<img src=x onerror=alert(1)>',
])
  test(`no link is made of ${text}`, () => {
    assert.deepEqual(linkify(text), [{ text }]);
  });

test('the parts of a text are the text', () => {
  const text =
    '(see http://a.example/b_(c)), https://b.example/?q=%3Cb%3E#x. End https://c.example';
  const parts = linkify(text);
  assert.equal(parts.map((part) => part.text).join(''), text);
  for (const { url } of parts) if (url) assert.match(new URL(url).protocol, /^https?:$/);
  assert.equal(parts.filter(({ url }) => url).length, 3);
});

test('days are named by how near they are', () => {
  const noon = new Date(2026, 10, 24, 12).getTime();
  const ago = (/** @type {number} */ days) => new Date(2026, 10, 24 - days, 23).getTime();
  assert.equal(day(noon, 'en', noon), 'Today');
  assert.equal(day(ago(1), 'de', noon), 'Gestern');
  assert.equal(day(ago(2), 'en', noon), 'Sunday, November 22');
  assert.match(day(ago(400), 'de', noon), /2025/);
});

test('times are formatted in the reader’s language', () => {
  const at = new Date(2026, 10, 24, 17, 5).getTime();
  assert.equal(clockTime(at, 'de'), '17:05');
  assert.match(clockTime(at, 'en'), /05:05.PM/);
  assert.match(moment(at, 'de', at), /^Dienstag\b(?!.*November).*\b17:05$/);
  assert.match(moment(at, 'de', at - 7 * 86_400_000), /^Dienstag, 24\. November.*\b17:05$/);
});
