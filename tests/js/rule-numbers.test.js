import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  amountOf,
  grouped,
  isAllowed,
  limitsOf,
  textOf,
} from '../../static/administration/rule-numbers.js';

const SECONDS = { unit: 1_000, least: 0, most: 86_400_000, whole: true, optional: false };
const MINUTES = { unit: 60_000, least: 1_000, most: 3_600_000, whole: true, optional: true };
const WEIGHT = { unit: 1, least: 0, most: 10, whole: false, optional: false };

test('every rule stands in one group, and a rule that no group knows in the last', () => {
  const names = ['extra', 'close_after', 'offer_for', 'misses'];
  assert.deepEqual(grouped(names), [
    ['offers', ['offer_for', 'misses']],
    ['silence', ['close_after']],
    ['others', ['extra']],
  ]);
});

test('a number is typed in the unit of its field and sent in that of the protocol', () => {
  assert.equal(amountOf(' 2.5 ', SECONDS), 2_500);
  assert.equal(textOf(2_500, SECONDS), '2.5');
  assert.equal(amountOf('0.5', WEIGHT), 0.5);
});

test('an empty field is null for an optional rule, and wrong for the others', () => {
  assert.equal(amountOf('', MINUTES), null);
  assert.equal(textOf(null, MINUTES), '');
  assert.equal(isAllowed(null, MINUTES), true);
  assert.equal(isAllowed(amountOf('', SECONDS), SECONDS), false);
});

test('a number outside the bounds is not allowed, and the bounds are told as they are typed', () => {
  assert.equal(isAllowed(86_400_001, SECONDS), false);
  assert.equal(isAllowed(86_400_000, SECONDS), true);
  assert.equal(isAllowed(0.5, { ...WEIGHT, whole: true }), false);
  assert.deepEqual(limitsOf(SECONDS), { least: 0, most: 86_400 });
  // What is told as the least must be allowed when it is typed.
  const { least } = limitsOf(MINUTES);
  assert.equal(isAllowed(amountOf(String(least), MINUTES), MINUTES), true);
});

test('every rule has a sentence with its field in it, in every language', () => {
  const rules = grouped([
    'previous_hold',
    'language_hold',
    'offer_for',
    'misses',
    'again_after',
    'waiting_weight',
    'idle_after',
    'pause',
    'answer_within',
    'remind_after',
    'close_after',
  ]).flatMap(([, names]) => names);
  assert.equal(rules.length, 11);
  const folder = new URL('../../static/i18n/', import.meta.url);
  for (const language of readdirSync(folder)) {
    const words = JSON.parse(readFileSync(new URL(language, folder), 'utf8')).administration;
    for (const name of [...rules, 'topic.priority', 'topic.capacity', 'topic.widen_after'])
      assert.match(words[name], /^.+\{value\}.+$/, `${language}: ${name}`);
  }
});
