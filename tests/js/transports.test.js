import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TransportChoice } from '../../static/lib/transports.js';

const MINUTE = 60_000;

/**
 * What the next attempts are made with when each fails.
 *
 * @param {TransportChoice} transports
 * @param {number} count
 * @param {number} [now]
 */
function attempts(transports, count, now = 0) {
  return Array.from({ length: count }, () => {
    const transport = transports.choose(now);
    transports.failed(1006);
    return transport;
  });
}

test('two WebSockets, then a stream, then each in turn', () => {
  assert.deepEqual(attempts(new TransportChoice(), 6), [
    'websocket',
    'websocket',
    'stream',
    'websocket',
    'stream',
    'websocket',
  ]);
});

test('where a WebSocket has worked, it is tried longer', () => {
  const transports = new TransportChoice();
  transports.welcomed('websocket', 0);
  const made = attempts(transports, 6);
  assert.deepEqual(made, [...Array(5).fill('websocket'), 'stream']);
});

test('where a stream has worked, it stays a stream', () => {
  const transports = new TransportChoice();
  attempts(transports, 3);
  transports.welcomed('stream', 0);
  assert.deepEqual(attempts(transports, 3, 9 * MINUTE), ['stream', 'websocket', 'stream']);
});

test('after ten minutes a WebSocket is tried once', () => {
  const transports = new TransportChoice();
  transports.welcomed('stream', 0);
  assert.deepEqual(attempts(transports, 2, 10 * MINUTE), ['websocket', 'stream']);
  transports.welcomed('stream', 10 * MINUTE);
  assert.equal(transports.choose(19 * MINUTE), 'stream');
});

test('a WebSocket that works again is kept', () => {
  const transports = new TransportChoice();
  transports.welcomed('stream', 0);
  transports.welcomed('websocket', 10 * MINUTE);
  assert.equal(transports.choose(10 * MINUTE), 'websocket');
});

for (const code of [1009, 1011, 1012, 4408, 4500])
  test(`close code ${code} shows that the server was reached`, () => {
    const transports = new TransportChoice();
    for (const _ of [1, 2, 3]) transports.failed(code);
    assert.equal(transports.choose(0), 'websocket');
  });

test('only a WebSocket that has never worked has a short timeout', () => {
  const transports = new TransportChoice();
  assert.deepEqual(
    [transports.timeout('websocket'), transports.timeout('stream')],
    [6_000, 20_000],
  );
  transports.welcomed('websocket', 0);
  assert.equal(transports.timeout('websocket'), 20_000);
});
