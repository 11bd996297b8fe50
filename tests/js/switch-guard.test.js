import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SwitchGuard } from '../../static/console/panes/switch-guard.js';

/** At 0 Ann is current; at 10,000 ms one moves to Bea. */
function movedToBea({ byKey = false } = {}) {
  const guard = new SwitchGuard();
  guard.moved('ann', 0, false);
  guard.moved('bea', 10_000, byKey);
  return guard;
}

test('a message right after a click into another conversation is held until it is sent again', () => {
  const guard = movedToBea();
  assert.equal(guard.holds('bea', 'your password', 10_900), true);
  assert.equal(guard.holds('bea', 'your password', 10_950), false);
});

test('a held message that was changed is checked again', () => {
  const guard = movedToBea();
  guard.holds('bea', 'one', 10_500);
  guard.wrote();
  assert.equal(guard.holds('bea', 'one', 10_700), true);
});

test('a second after switching nothing is held', () => {
  assert.equal(movedToBea().holds('bea', 'hello', 11_000), false);
});

test('nothing is held after a switch by a key, however quickly one writes', () => {
  assert.equal(movedToBea({ byKey: true }).holds('bea', 'hello', 10_100), false);
});

test('nothing is held in the first conversation', () => {
  const guard = new SwitchGuard();
  guard.moved('ann', 0, false);
  assert.equal(guard.holds('ann', 'hello', 100), false);
});
