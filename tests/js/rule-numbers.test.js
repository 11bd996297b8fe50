import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  amountOf,
  grouped,
  isAllowed,
  limitsOf,
  textOf,
} from '../../static/administration/rule-numbers.js';

const SILENT = { default: 0, group: 'silence' };
const SECONDS = {
  unit: 1_000,
  least: 0,
  most: 86_400_000,
  whole: true,
  optional: false,
  ...SILENT,
};
const MINUTES = {
  unit: 60_000,
  least: 1_000,
  most: 3_600_000,
  whole: true,
  optional: true,
  ...SILENT,
};
const WEIGHT = { unit: 1, least: 0, most: 10, whole: false, optional: false, ...SILENT };

test('every rule stands in the group that the server has declared', () => {
  const declared = {
    misses: { ...WEIGHT, group: 'offers' },
    close_after: MINUTES,
    offer_for: { ...SECONDS, group: 'offers' },
  };
  assert.deepEqual(grouped(declared), [
    ['offers', ['misses', 'offer_for']],
    ['silence', ['close_after']],
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
