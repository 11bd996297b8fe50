import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deadline, localTime, period, when } from '../../static/console/date-format.js';

const NOON = Date.UTC(2026, 10, 25, 12);

const HOUR = 3_600_000;

test('local time is that of the customer’s zone', () => {
  assert.equal(localTime(NOON, 'Asia/Tokyo', 'en-GB'), 'Wed 21:00');
  assert.equal(localTime(NOON, 'America/Los_Angeles', 'en-GB'), 'Wed 04:00');
  assert.equal(localTime(NOON, 'Nowhere/At_All', 'en'), '');
});

test('a deadline shows the weekday if it is not today, and the date if it is far', () => {
  assert.match(deadline(NOON + 60_000, 'en-GB', NOON), /^\d\d:01$/);
  assert.match(deadline(NOON + 48 * HOUR, 'en-GB', NOON), /^Fri \d\d:00$/);
  assert.match(deadline(NOON + 240 * HOUR, 'en-GB', NOON), /^5 Dec,? (at )?\d\d:00$/);
  assert.match(when(NOON, 'en-GB', NOON), /^\d\d:00$/);
  assert.equal(when(NOON - 48 * HOUR, 'en-GB', NOON), '23 Nov');
  assert.equal(when(NOON - 366 * 24 * HOUR, 'en-GB', NOON), '24 Nov 2025');
});

test('a period holds both of its days, whatever a day is long', () => {
  const { since = 0, until = 0 } = period('2026-03-01', '2026-03-02');
  assert.equal(new Date(since).getHours(), 0);
  assert.equal(new Date(until).getDate(), 3);
  assert.equal(new Date(until).getHours(), 0);
  assert.deepEqual(period('', ''), {});
});
