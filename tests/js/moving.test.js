import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Arrivals } from '../../static/console/lists/arrivals.js';
import { PaneNumbers } from '../../static/console/panes/pane-numbers.js';
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

test('conversations keep their numbers when others end', () => {
  const numbers = new PaneNumbers();
  numbers.keep(['a', 'b', 'c']);
  numbers.keep(['a', 'c']);
  assert.deepEqual([numbers.of('a'), numbers.of('b'), numbers.of('c')], [1, null, 3]);
  numbers.keep(['a', 'c', 'd']);
  assert.deepEqual([numbers.of('d'), numbers.at(2)], [2, 'd']);
});

test('nine conversations have a number, and the tenth gets one that becomes free', () => {
  const numbers = new PaneNumbers();
  const ids = [...'abcdefghij'];
  numbers.keep(ids);
  assert.deepEqual([numbers.of('i'), numbers.of('j')], [9, null]);
  numbers.keep(ids.slice(1));
  assert.equal(numbers.of('j'), 1);
});

test('the alert for an arrival is repeated until the technician looks', () => {
  const arrivals = new Arrivals();
  arrivals.add('a');
  assert.equal(arrivals.isDue(0), true);
  arrivals.called(0);
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
