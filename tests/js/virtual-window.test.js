import assert from 'node:assert/strict';
import { test } from 'node:test';
import { moveBy, scrollFor, visibleRows } from '../../static/console/lists/virtual-window.js';

test('only visible rows and a few beside them exist', () => {
  const view = { top: 6_400, height: 640, row: 64, count: 5_000, spare: 5 };
  assert.deepEqual(visibleRows(view), { first: 95, end: 115 });
  assert.deepEqual(visibleRows({ ...view, top: 0 }), { first: 0, end: 15 });
  assert.deepEqual(visibleRows({ ...view, top: 64 * 4_990 }), { first: 4_985, end: 5_000 });
  assert.deepEqual(visibleRows({ ...view, count: 0 }), { first: 0, end: 0 });
  assert.deepEqual(visibleRows({ ...view, top: -20, count: 3 }), { first: 0, end: 3 });
});

test('a row is scrolled into view by the shortest way', () => {
  const view = { top: 640, height: 320, row: 64 };
  assert.equal(scrollFor(12, view), 640);
  assert.equal(scrollFor(2, view), 128);
  assert.equal(scrollFor(20, view), 1_024);
});

test('keys move within the list', () => {
  const list = { active: 3, count: 10, page: 5 };
  assert.equal(moveBy('ArrowDown', list), 4);
  assert.equal(moveBy('PageDown', list), 8);
  assert.equal(moveBy('PageDown', { ...list, active: 8 }), 9);
  assert.equal(moveBy('PageUp', list), 0);
  assert.equal(moveBy('Home', list), 0);
  assert.equal(moveBy('End', list), 9);
  assert.equal(moveBy('ArrowDown', { ...list, active: -1 }), 0);
  assert.equal(moveBy('ArrowDown', { ...list, count: 0 }), null);
  assert.equal(moveBy('a', list), null);
});
