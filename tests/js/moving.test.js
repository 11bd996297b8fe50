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

test('what is sent right after moving is held, and goes when it is sent once more', () => {
  const guard = movedToBea();
  assert.equal(guard.holds('bea', 'your password', 11_900), true);
  assert.equal(guard.holds('bea', 'your password', 11_950), false);
});

test('what was changed after it was held is looked at anew', () => {
  const guard = movedToBea();
  guard.holds('bea', 'one', 11_000);
  guard.wrote('bea', 11_200);
  assert.equal(guard.holds('bea', 'one', 11_500), true);
});

test('after two seconds everybody knows where they are', () => {
  assert.equal(movedToBea().holds('bea', 'hello', 12_000), false);
});

test('who moved by the keyboard and has been writing for a second is not asked', () => {
  const guard = movedToBea({ byKeyboard: true });
  guard.wrote('bea', 10_200);
  guard.wrote('bea', 11_000);
  assert.equal(guard.holds('bea', 'hello', 11_300), false);
});

test('who moved by the keyboard and sends at once is asked, and who clicked is, too', () => {
  const keyboard = movedToBea({ byKeyboard: true });
  keyboard.wrote('bea', 11_000);
  assert.equal(keyboard.holds('bea', 'hello', 11_300), true);
  const mouse = movedToBea();
  mouse.wrote('bea', 10_200);
  assert.equal(mouse.holds('bea', 'hello', 11_300), true);
});

test('the first conversation of all is no mistake', () => {
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

test('nine have a number, and the tenth gets one when it is free', () => {
  const numbers = new PaneNumbers();
  const ids = [...'abcdefghij'];
  numbers.keep(ids);
  assert.deepEqual([numbers.of('i'), numbers.of('j')], [9, null]);
  numbers.keep(ids.slice(1));
  assert.equal(numbers.of('j'), 1);
});

test('new customers are called out again until somebody looks', () => {
  const arrivals = new Arrivals();
  arrivals.add('a');
  assert.equal(arrivals.isDue(0), true);
  arrivals.called(0);
  assert.equal(arrivals.isDue(19_999), false);
  assert.equal(arrivals.isDue(20_000), true);
  arrivals.removeWhere((id) => id === 'a');
  assert.equal(arrivals.isDue(40_000), false);
});

test('who is gone is not called out', () => {
  const arrivals = new Arrivals();
  arrivals.add('a');
  arrivals.add('b');
  arrivals.removeWhere((id) => id === 'a');
  assert.deepEqual([arrivals.ids, arrivals.has('a')], [['b'], false]);
});
