import assert from 'node:assert/strict';
import { test } from 'node:test';

import { waitingTime } from '../../static/widget/wait-estimate.js';

test('a wait is estimated as a range, of one minute at least', () => {
  assert.equal(waitingTime([0, 10_000], 'en'), '1–2 minutes');
  assert.equal(waitingTime([420_000, 870_000], 'en'), '7–15 minutes');
});

test('a range is formatted in the reader’s language', () => {
  assert.equal(waitingTime([420_000, 870_000], 'de'), '7–15 Minuten');
});
