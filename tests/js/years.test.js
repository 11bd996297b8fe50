import assert from 'node:assert/strict';
import { test } from 'node:test';

import { years } from '../../static/archive/years.js';

test('years run from the first conversation to the current one', () => {
  const now = new Date(2026, 10, 25).getTime();
  assert.deepEqual(years(new Date(2024, 0, 1).getTime(), now), [2026, 2025, 2024]);
  assert.deepEqual(years(null, now), [2026]);
  assert.deepEqual(years(now + 9e10, now), [2026]);
});
