import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Connection, Refusal, liveUrl } from '../../static/lib/connection.js';
import { World } from './world.js';

function start() {
  const world = new World();
  const connection = new Connection('ws://x/live', () => ({ role: 'customer' }), world);
  connection.start();
  return { world, connection };
}

test('it says hello first, and is online when it is welcome', () => {
  const { world, connection } = start();
  world.socket.welcome();
  assert.deepEqual(world.socket.sent, [{ type: 'hello', role: 'customer' }]);
  assert.equal(connection.state, 'online');
});

test('a request is answered by the frame with its id', async () => {
  const { world, connection } = start();
  world.socket.welcome();
  const answer = connection.request('open', { text: 'x' }, 'r1');
  world.socket.says({ type: 'ok', id: 'r1', seq: 2 });
  assert.equal((await answer).seq, 2);
});

test('a refusal has a code and a sentence', async () => {
  const { world, connection } = start();
  world.socket.welcome();
  const answer = connection.request('open', {}, 'r1');
  world.socket.says({ type: 'error', id: 'r1', code: 'too_many', message: 'no', retryable: true });
  await assert.rejects(answer, (error) => error instanceof Refusal && error.code === 'too_many');
});

test('what had no answer is asked again after a lost connection, under the same id', () => {
  const { world, connection } = start();
  world.socket.welcome();
  void connection.request('send', { text: 'x' }, 'r1');
  world.socket.lost(1006);
  world.pass();
  world.socket.welcome();
  assert.deepEqual(world.socket.sent[1], { type: 'send', id: 'r1', text: 'x' });
});

test('what was asked while offline is asked when online', () => {
  const { world, connection } = start();
  void connection.request('send', { text: 'x' }, 'r1');
  assert.equal(world.socket.sent.length, 0);
  world.socket.welcome();
  assert.equal(world.socket.sent[1].id, 'r1');
});

test('it waits twice as long after each failure, up to half a minute', () => {
  const { world } = start();
  const waits = Array.from({ length: 7 }, () => {
    world.socket.lost(1006);
    return world.pass();
  });
  assert.deepEqual(waits, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
});

test('it comes back when the server said so', () => {
  const { world } = start();
  world.socket.welcome();
  world.socket.says({ type: 'bye', retry_after: 1234 });
  world.socket.lost(1012);
  assert.equal(world.pass(), 1234);
});

test('it calms down after too many requests', () => {
  const { world } = start();
  world.socket.welcome();
  world.socket.lost(4429);
  assert.equal(world.pass(), 30_000);
});

test('it stays away when it is not wanted', () => {
  const { world, connection } = start();
  /** @type {number[]} */
  const codes = [];
  connection.on('sent-away', (code) => codes.push(code));
  world.socket.lost(4501);
  assert.deepEqual([codes, world.timers, connection.state], [[4501], [], 'away']);
});

test('a request that came too fast is asked again when it may', () => {
  const { world, connection } = start();
  world.socket.welcome();
  void connection.request('send', { text: 'x' }, 'r1');
  world.socket.says({ type: 'error', id: 'r1', code: 'rate_limited', retry_after: 70 });
  assert.equal(world.pass(), 70);
  assert.equal(world.socket.sent.filter(({ id }) => id === 'r1').length, 2);
});

test('when the network is back it does not wait for its turn', () => {
  const { world, connection } = start();
  world.socket.lost(1006);
  connection.hurry();
  assert.equal(world.sockets.length, 2);
  assert.deepEqual(world.timers, []);
});

test('the live address follows the page', () => {
  assert.equal(liveUrl('https://help.example/console'), 'wss://help.example/live');
  assert.equal(liveUrl('http://127.0.0.1:8080/'), 'ws://127.0.0.1:8080/live');
});
