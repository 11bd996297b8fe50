import assert from 'node:assert/strict';
import { test } from 'node:test';
import { severity } from '../../static/supervision/severity.js';

test('a wait is late from the amber target on and very late from the red one', () => {
  const targets = { amber: 1_000, red: 2_000 };
  const found = [999, 1_000, 1_999, 2_000].map((waited) => severity(waited, targets));
  assert.deepEqual(found, ['', 'late', 'late', 'very-late']);
});
