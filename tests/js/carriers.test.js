import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Carriers } from '../../static/lib/carriers.js';

const MINUTE = 60_000;

/**
 * What the next attempts are made with when each fails.
 *
 * @param {Carriers} carriers
 * @param {number} count
 * @param {number} [now]
 */
function attempts(carriers, count, now = 0) {
  return Array.from({ length: count }, () => {
    const carrier = carriers.choose(now);
    carriers.failed(1006);
    return carrier;
  });
}

test('two WebSockets, then a stream, then each in turn', () => {
  assert.deepEqual(attempts(new Carriers(), 6), [
    'websocket',
    'websocket',
    'stream',
    'websocket',
    'stream',
    'websocket',
  ]);
});

test('where a WebSocket has worked, the server is given more time', () => {
  const carriers = new Carriers();
  carriers.welcomed('websocket', 0);
  const made = attempts(carriers, 6);
  assert.deepEqual(made, [...Array(5).fill('websocket'), 'stream']);
});

test('where a stream was welcome, it stays a stream', () => {
  const carriers = new Carriers();
  attempts(carriers, 3);
  carriers.welcomed('stream', 0);
  assert.deepEqual(attempts(carriers, 3, 9 * MINUTE), ['stream', 'websocket', 'stream']);
});

test('after ten minutes a WebSocket is tried once', () => {
  const carriers = new Carriers();
  carriers.welcomed('stream', 0);
  assert.deepEqual(attempts(carriers, 2, 10 * MINUTE), ['websocket', 'stream']);
  carriers.welcomed('stream', 10 * MINUTE);
  assert.equal(carriers.choose(19 * MINUTE), 'stream');
});

test('a WebSocket that works again is kept', () => {
  const carriers = new Carriers();
  carriers.welcomed('stream', 0);
  carriers.welcomed('websocket', 10 * MINUTE);
  assert.equal(carriers.choose(10 * MINUTE), 'websocket');
});

for (const code of [1009, 1011, 1012, 4408, 4500])
  test(`a server that says ${code} itself was reached`, () => {
    const carriers = new Carriers();
    for (const _ of [1, 2, 3]) carriers.failed(code);
    assert.equal(carriers.choose(0), 'websocket');
  });

test('only with a WebSocket that never worked here it is short of patience', () => {
  const carriers = new Carriers();
  assert.deepEqual([carriers.patience('websocket'), carriers.patience('stream')], [6_000, 20_000]);
  carriers.welcomed('websocket', 0);
  assert.equal(carriers.patience('websocket'), 20_000);
});
