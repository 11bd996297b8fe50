import assert from 'node:assert/strict';
import { test } from 'node:test';
import { datesOf, isGoingOn, periodQuery } from '../../static/supervision/period.js';

test('a period is asked for by its name, or by its first and last day', () => {
  assert.equal(periodQuery('last_7_days', '', ''), '?period=last_7_days');
  assert.equal(periodQuery('own', '2026-11-01', '2026-11-30'), '?from=2026-11-01&to=2026-11-30');
});

test('the days of a period are those of its time zone, not of the browser', () => {
  const since = Date.UTC(2026, 10, 29, 23);
  const period = { since, until: since + 48 * 3_600_000 };
  assert.deepEqual(datesOf({ ...period, timezone: 'Europe/Berlin' }), ['2026-11-30', '2026-12-01']);
  assert.deepEqual(datesOf({ ...period, timezone: 'UTC' }), ['2026-11-29', '2026-12-01']);
});

test('the figures of a period change until it is over', () => {
  assert.equal(isGoingOn({ until: 10, at: 9 }), true);
  assert.equal(isGoingOn({ until: 10, at: 10 }), false);
});
