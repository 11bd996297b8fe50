import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lateness, promiseLateness } from '../../static/lib/lateness.js';

const MINUTE = 60_000;

test('a wait is late from the amber target on and very late from the red one', () => {
  const targets = { amber: 1_000, red: 2_000 };
  const found = [999, 1_000, 1_999, 2_000].map((waited) => lateness(waited, targets));
  assert.deepEqual(found, ['', 'late', 'late', 'very-late']);
});

test('a promise is amber once a half of its working time is used', () => {
  const due = 100 * MINUTE;
  assert.equal(promiseLateness(due, 9 * MINUTE, 10 * MINUTE), '');
  assert.equal(promiseLateness(due, 10 * MINUTE, 10 * MINUTE), 'late');
  assert.equal(promiseLateness(due, due, 10 * MINUTE), 'very-late');
});

test('a promise of an older version is amber in its last hour and red when it is broken', () => {
  const due = 100 * MINUTE;
  assert.equal(promiseLateness(due, 0), '');
  assert.equal(promiseLateness(due, 40 * MINUTE), 'late');
  assert.equal(promiseLateness(due, due), 'very-late');
});
