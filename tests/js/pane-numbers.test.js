import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PaneNumbers } from '../../static/console/panes/pane-numbers.js';

test('conversations keep their numbers when others end', () => {
  const numbers = new PaneNumbers();
  numbers.assign(['a', 'b', 'c']);
  numbers.assign(['a', 'c']);
  assert.deepEqual(
    [numbers.numberOf('a'), numbers.numberOf('b'), numbers.numberOf('c')],
    [1, null, 3],
  );
  numbers.assign(['a', 'c', 'd']);
  assert.deepEqual([numbers.numberOf('d'), numbers.conversationAt(2)], [2, 'd']);
});

test('nine conversations have a number, and the tenth gets one that becomes free', () => {
  const numbers = new PaneNumbers();
  const ids = [...'abcdefghij'];
  numbers.assign(ids);
  assert.deepEqual([numbers.numberOf('i'), numbers.numberOf('j')], [9, null]);
  numbers.assign(ids.slice(1));
  assert.equal(numbers.numberOf('j'), 1);
});
