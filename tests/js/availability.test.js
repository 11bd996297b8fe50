import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byBusyness, myState } from '../../static/console/me/availability.js';

test('the effective state is the chosen one while connected', () => {
  const bob = { chosen: 'online', isConnected: true, load: 1, capacity: 2 };
  assert.equal(myState(bob), 'free');
  assert.equal(myState({ ...bob, load: 2 }), 'full');
  assert.equal(myState({ ...bob, chosen: 'away', load: 2 }), 'away');
  assert.equal(myState({ ...bob, isConnected: false }), 'lost');
});

test('colleagues are sorted by load, full and away ones last, offline ones left out', () => {
  const colleague = (/** @type {string} */ id, /** @type {number} */ load, status = 'online') => ({
    id,
    name: id,
    status,
    load,
    capacity: 4,
  });
  const order = byBusyness(
    [
      colleague('full', 4),
      colleague('away', 0, 'away'),
      colleague('busy', 3),
      colleague('me', 0),
      colleague('free', 1),
      colleague('gone', 0, 'offline'),
    ],
    'me',
  );
  assert.deepEqual(
    order.map(({ id }) => id),
    ['free', 'busy', 'away', 'full'],
  );
});
