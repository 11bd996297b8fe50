import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FormDraft } from '../../static/administration/form-draft.js';
import { servedTopics, topicsToSend } from '../../static/administration/served-topics.js';
import { areLanguages, areSkills, shortNames } from '../../static/administration/skills.js';
import { newTopicId } from '../../static/administration/topic-id.js';
import { inOrder, nextPeriod, shortTime, wrongWith } from '../../static/administration/week.js';

/** @typedef {import('../../static/administration/week.js').Period} Period */

test('an unchanged form shows what another administrator saves', () => {
  const draft = new FormDraft();
  assert.equal(draft.compare({ a: 1 }, 'r1', { a: 0 }), 'take');
  draft.reset({ a: 1 }, 'r1');
  assert.equal(draft.isDirty({ a: 1 }), false);
  assert.equal(draft.compare({ a: 1 }, 'r1', { a: 1 }), 'same');
  assert.equal(draft.compare({ a: 2 }, 'r2', { a: 1 }), 'take');
});

test('a changed form keeps its input and reports the conflict', () => {
  const draft = new FormDraft();
  draft.reset({ a: 1 }, 'r1');
  assert.equal(draft.isDirty({ a: 5 }), true);
  assert.equal(draft.compare({ a: 2 }, 'r2', { a: 5 }), 'conflict');
  assert.equal(draft.revision, 'r1');
  draft.overrule();
  assert.deepEqual([draft.revision, draft.newer, draft.isDirty({ a: 5 })], ['r2', null, true]);
});

test('equal changes by two administrators are no conflict', () => {
  const draft = new FormDraft();
  draft.reset({ a: 1 }, 'r1');
  assert.equal(draft.compare({ a: 2 }, 'r2', { a: 2 }), 'take');
});

test('a form is clean until it has been loaded', () => {
  assert.equal(new FormDraft().isDirty({ a: 1 }), false);
});

test('the id of a topic is made from its name and is unique', () => {
  const name = (/** @type {string} */ text, /** @type {string[]} */ ...taken) =>
    newTopicId(text, new Set(taken));
  assert.equal(name('E-Mail & DSL'), 'e-mail-dsl');
  assert.equal(name('Größe'), 'grosse');
  assert.equal(name('Größe', 'grosse'), 'grosse-2');
  assert.equal(name('Größe', 'grosse', 'grosse-2'), 'grosse-3');
  assert.equal(name('الإنترنت'), 'topic');
  assert.match(name('x'.repeat(90)), /^[a-z0-9][a-z0-9_-]{0,39}$/);
});

test('times are shown without seconds of 0', () => {
  assert.deepEqual(['09:00:00', '09:00', '00:00:00', '23:59:30'].map(shortTime), [
    '09:00',
    '09:00',
    '00:00',
    '23:59:30',
  ]);
});

for (const [periods, wrong] of /** @type {[Period[], string|null][]} */ ([
  [[], null],
  [[['09:00', '17:00']], null],
  [
    [
      ['13:00', '17:00'],
      ['09:00', '12:00'],
    ],
    null,
  ],
  [[['09:00', '']], 'missing'],
  [[['22:00', '06:00']], null],
  [[['09:00', '00:00']], null],
  [[['00:00', '00:00']], null],
  [
    [
      ['20:00', '02:00'],
      ['22:00', '23:00'],
    ],
    'overlap',
  ],
  [[['09:00', '09:00']], 'backwards'],
  [
    [
      ['09:00', '13:00'],
      ['12:00', '17:00'],
    ],
    'overlap',
  ],
  [
    [
      ['09:00', '12:00'],
      ['12:00', '17:00'],
    ],
    'overlap',
  ],
]))
  test(`${JSON.stringify(periods)}: ${wrong ?? 'a day'}`, () => {
    assert.equal(wrongWith(periods), wrong);
  });

test('a further period begins after the last one and ends before midnight', () => {
  assert.deepEqual(nextPeriod([]), ['09:00', '17:00']);
  assert.deepEqual(nextPeriod([['09:00', '12:00']]), ['13:00', '17:00']);
  assert.deepEqual(nextPeriod([['09:00', '20:00']]), ['21:00', '23:59']);
  assert.deepEqual(
    inOrder([
      ['13:00', '17:00'],
      ['09:00', '12:00'],
    ])[0],
    ['09:00', '12:00'],
  );
});

test('short names are split from a text, sorted and without duplicates', () => {
  assert.deepEqual(shortNames(' Fibre, billing;fibre  dsl '), ['billing', 'dsl', 'fibre']);
  assert.deepEqual(shortNames(''), []);
  assert.equal(areSkills(['fibre', 'e_mail-2']), true);
  assert.equal(areSkills(['größe']), false);
  assert.equal(areLanguages(['de', 'gsw']), true);
  assert.equal(areLanguages(['german']), false);
});

test('a technician whose topics were all removed is not said to have all topics', () => {
  const words = { say: (/** @type {string} */ key) => key };
  const known = [
    { id: 'dsl', name: 'Internet' },
    { id: 'tv', name: 'TV' },
  ];
  assert.equal(servedTopics(words, [], known), 'allTopics');
  assert.equal(servedTopics(words, ['tv', 'gone', 'dsl'], known), 'Internet, TV');
  assert.equal(servedTopics(words, ['gone'], known), 'noTopicLeft');
});

test('a technician whose topics were all removed is saved without being given all topics', () => {
  const known = [{ id: 'dsl', name: 'Internet' }];
  assert.equal(topicsToSend(['gone'], known), undefined);
  assert.deepEqual(topicsToSend(['dsl', 'gone'], known), ['dsl']);
  assert.deepEqual(topicsToSend([], known), []);
});
