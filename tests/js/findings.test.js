import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Words } from '../../static/lib/i18n.js';
import { codeIn, places, placesOf, sentences, worstFirst } from '../../static/verify/findings.js';

/** @param {string} language */
function wordsOf(language) {
  const file = new URL(`../../static/i18n/${language}.json`, import.meta.url);
  return new Words(language, JSON.parse(readFileSync(file, 'utf8')).verify);
}

/** @param {object} [found] */
function report(found) {
  const whole = {
    name: 'x',
    finding: 'genuine',
    where: null,
    reference: null,
    entries: null,
    at: null,
  };
  return /** @type {import('../../static/verify/findings.js').Report} */ ({ ...whole, ...found });
}

test('each changed place is described in the reader’s language', () => {
  const where =
    'transcript.json: entry 5 (taken out); files/0007-modem.png (missing); the heading or the order';
  assert.deepEqual(places(wordsOf('de'), where), [
    'transcript.json: Eintrag 5 (entfernt)',
    'files/0007-modem.png (fehlt)',
    'der Kopf oder die Reihenfolge der Einträge',
  ]);
  assert.deepEqual(places(wordsOf('en'), 'proof: leaves.3'), ['the proof']);
});

test('a genuine file tells its conversation and when it was signed', () => {
  const [title, , detail] = sentences(
    wordsOf('en'),
    report({ reference: 'K7F3-9QMX', entries: 12, at: 1_795_521_600_000 }),
  );
  assert.equal(title, 'Genuine');
  assert.match(detail ?? '', /^Conversation K7F3-9QMX with 12 entries, signed on .*2026/);
});

test('every finding has its own sentences', () => {
  for (const language of ['en', 'de', 'es']) {
    const said = ['genuine', 'unchanged', 'changed', 'not_covered', 'unknown_key'].map((finding) =>
      sentences(wordsOf(language), report({ finding, entries: 1 })).join(),
    );
    assert.equal(new Set(said).size, 5);
  }
});

test('only one finding is called genuine', () => {
  for (const [language, word] of [
    ['en', /genuine/i],
    ['de', /echt/i],
    ['es', /auténtic/i],
  ]) {
    for (const finding of ['unchanged', 'changed', 'not_covered', 'unknown_key'])
      assert.doesNotMatch(
        sentences(wordsOf(String(language)), report({ finding })).join(),
        /** @type {RegExp} */ (word),
      );
  }
});

test('the overview of an export tells how many conversations it has', () => {
  const found = report({ entries: 3, at: 1_795_521_600_000 });
  const [, , detail] = sentences(wordsOf('de'), found);
  assert.match(detail ?? '', /^Die Übersicht mit 3 Chats, signiert am .*2026/);
});

test('what is not covered says what it is, and comes before what is unchanged', () => {
  const link = report({ finding: 'not_covered', where: 'link' });
  assert.deepEqual(placesOf(wordsOf('en'), link), ['(a link to another place)']);
  assert.deepEqual(placesOf(wordsOf('en'), report({ finding: 'not_covered' })), []);
  const unchanged = report({ finding: 'unchanged' });
  assert.deepEqual(worstFirst([unchanged, link]), [link, unchanged]);
});

test('a renamed folder says how it was called', () => {
  assert.deepEqual(places(wordsOf('en'), 'the name of the folder (K7F3-9QMX)'), [
    'the name of the folder, which was K7F3-9QMX',
  ]);
});

test('a code has a reference and a fingerprint, and nothing else', () => {
  const head = 'a'.repeat(64);
  assert.deepEqual(codeIn(`#K7F3-9QMX.${head}`), { reference: 'K7F3-9QMX', head });
  for (const hash of ['', '#', `#K7F3-9QMX.${head}0`, `#../../x/y.${head}`, `#K7F3-9QMX/${head}`]) {
    assert.equal(codeIn(hash), null);
  }
});
