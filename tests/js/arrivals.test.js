import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Arrivals } from '../../static/console/lists/arrivals.js';

test('the alert for an arrival is repeated until the technician looks', () => {
  const arrivals = new Arrivals();
  arrivals.add('a');
  assert.equal(arrivals.isDue(0), true);
  arrivals.alerted(0);
  assert.equal(arrivals.isDue(19_999), false);
  assert.equal(arrivals.isDue(20_000), true);
  arrivals.removeWhere((id) => id === 'a');
  assert.equal(arrivals.isDue(40_000), false);
});

test('no alert is repeated for a customer who has left', () => {
  const arrivals = new Arrivals();
  arrivals.add('a');
  arrivals.add('b');
  arrivals.removeWhere((id) => id === 'a');
  assert.deepEqual([arrivals.ids, arrivals.has('a')], [['b'], false]);
});
