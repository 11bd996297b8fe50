import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  bands,
  labelEvery,
  part,
  path,
  roundUp,
  roundUpDuration,
  runs,
  worthShowing,
} from '../../static/supervision/chart.js';

const MINUTE = 60_000;

/** @param {number[]} counts */
const hours = (counts) =>
  counts.map((conversations, at) => ({ at, conversations, first_reply: null }));

test('a count axis ends at a readable number not below the largest count', () => {
  assert.deepEqual(
    [0, 1, 2, 3, 7, 11, 20, 21, 99, 101].map(roundUp),
    [1, 1, 2, 5, 10, 20, 20, 50, 100, 200],
  );
});

test('an axis of durations ends at whole minutes, hours or days', () => {
  const minutes = (/** @type {number} */ ms) => roundUpDuration(ms) / MINUTE;
  assert.deepEqual(
    [0, 1, MINUTE, 3 * MINUTE, 16 * MINUTE, 61 * MINUTE].map(minutes),
    [1, 1, 1, 5, 30, 120],
  );
  assert.equal(minutes(3_000 * MINUTE), 3 * 1_440);
});

test('empty hours at both ends are cut, down to twelve hours', () => {
  const day = hours([...Array(9).fill(0), 4, ...Array(13).fill(1)]);
  assert.equal(worthShowing(day)[0]?.at, 9);
  assert.equal(worthShowing(day.slice(0, 11))[0]?.at, 0);
  assert.equal(worthShowing(hours(Array(20).fill(0))).length, 12);
  assert.equal(worthShowing(hours([1, ...Array(22).fill(0)])).length, 23);
});

test('bars share the width, each in the middle of its share', () => {
  const [first, second] = bands(2, 100, 0.5);
  assert.deepEqual(
    [first, second],
    [
      { x: 12.5, middle: 25, size: 25 },
      { x: 62.5, middle: 75, size: 25 },
    ],
  );
  assert.deepEqual(bands(0, 100), []);
});

test('no bar is longer than its axis, and none is negative', () => {
  assert.deepEqual(
    [part(5, 10, 200), part(20, 10, 200), part(-1, 10, 200), part(1, 0, 200)],
    [100, 200, 0, 0],
  );
});

test('a line is interrupted where a value is missing', () => {
  const [a, b, c] = [1, 2, 3].map((x) => ({ x, y: 0 }));
  assert.deepEqual(runs([null, a ?? null, b ?? null, null, null, c ?? null]), [[a, b], [c]]);
  assert.deepEqual(runs([null]), []);
  assert.equal(
    path([
      { x: 1.04, y: 2 },
      { x: 3, y: 4.26 },
    ]),
    'M1 2L3 4.3',
  );
});

test('labels that would touch are left out', () => {
  assert.deepEqual(
    [labelEvery(12, 600, 50), labelEvery(24, 600, 50), labelEvery(24, 10, 50)],
    [1, 2, 24],
  );
});
