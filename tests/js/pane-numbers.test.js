import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PaneNumbers } from '../../static/console/panes/pane-numbers.js';

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
