import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SwitchGuard } from '../../static/console/panes/switch-guard.js';

/** At 0 Ann is current; then one moves to Bea. */
function movedToBea({ byKeyboard = false } = {}) {
  const guard = new SwitchGuard();
  guard.moved('ann', 0, false);
  guard.moved('bea', 10_000, byKeyboard);
  return guard;
}

test('a message right after switching is held until it is sent again', () => {
  const guard = movedToBea();
  assert.equal(guard.holds('bea', 'your password', 11_900), true);
  assert.equal(guard.holds('bea', 'your password', 11_950), false);
});

test('a held message that was changed is checked again', () => {
  const guard = movedToBea();
  guard.holds('bea', 'one', 11_000);
  guard.wrote('bea', 11_200);
  assert.equal(guard.holds('bea', 'one', 11_500), true);
});

test('two seconds after switching nothing is held', () => {
  assert.equal(movedToBea().holds('bea', 'hello', 12_000), false);
});

test('nothing is held after switching by keyboard and typing for a second', () => {
  const guard = movedToBea({ byKeyboard: true });
  guard.wrote('bea', 10_200);
  guard.wrote('bea', 11_000);
  assert.equal(guard.holds('bea', 'hello', 11_300), false);
});

test('a message is held right after switching by keyboard, and after a click', () => {
  const keyboard = movedToBea({ byKeyboard: true });
  keyboard.wrote('bea', 11_000);
  assert.equal(keyboard.holds('bea', 'hello', 11_300), true);
  const mouse = movedToBea();
  mouse.wrote('bea', 10_200);
  assert.equal(mouse.holds('bea', 'hello', 11_300), true);
});

test('nothing is held in the first conversation', () => {
  const guard = new SwitchGuard();
  guard.moved('ann', 0, false);
  assert.equal(guard.holds('ann', 'hello', 100), false);
});
