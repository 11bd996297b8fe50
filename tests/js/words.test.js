import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { chooseLanguage, findLocale, Words } from '../../static/lib/i18n.js';

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
  assert.equal(words.say('found', { count: 1 }), '1 Chat gefunden.');
  assert.equal(words.say('found', { count: 5 }), '5 Chats gefunden.');
});

test('a key without words is shown itself', () => {
  assert.equal(new Words('en', {}).say('nothing'), 'nothing');
});

test('tags that are not BCP 47 choose a language, and are no locale', () => {
  assert.equal(chooseLanguage(['de_DE'], ['de', 'en']), 'de');
  assert.equal(chooseLanguage(['en-US@posix'], ['de', 'en']), 'en');
  assert.equal(findLocale(['en_US', 'en-US@posix', 'en-GB'], 'en'), 'en-GB');
  assert.equal(findLocale(['en_US'], 'en'), undefined);
});
