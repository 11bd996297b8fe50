import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clockTime, day, stopwatch } from '../../static/lib/format.js';
import { moment } from '../../static/lib/moment.js';

test('durations are shown like a clock', () => {
  assert.deepEqual([0, 65_000, 3_723_000].map(stopwatch), ['0:00', '1:05', '1:02:03']);
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
