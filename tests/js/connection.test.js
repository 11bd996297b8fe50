import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Connection, liveUrl, Refusal } from '../../static/lib/connection.js';
import { settled, World } from './world.js';

function start() {
  const world = new World();
  const connection = new Connection('ws://x/live', () => ({ role: 'customer' }), world);
  connection.start();
  return { world, connection };
}

test('it sends hello first and is online after the welcome', () => {
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

test('an unanswered request is repeated after a reconnect under the same id', () => {
  const { world, connection } = start();
  world.socket.welcome();
  void connection.request('send', { text: 'x' }, 'r1');
  world.socket.lost(1006);
  world.pass();
  world.socket.welcome();
  assert.deepEqual(world.socket.sent[1], { type: 'send', id: 'r1', text: 'x' });
});

test('a request made offline is sent once online', () => {
  const { world, connection } = start();
  void connection.request('send', { text: 'x' }, 'r1');
  assert.equal(world.socket.sent.length, 0);
  world.socket.welcome();
  assert.equal(world.socket.sent[1].id, 'r1');
});

test('the delay doubles after each failure, up to 30 s', () => {
  const { world } = start();
  const waits = [];
  while (waits.length < 7) {
    const { transport } = world.socket;
    world.socket.lost(1006);
    const wait = world.pass();
    if (transport === world.socket.transport || transport === 'stream') waits.push(wait);
    else assert.equal(wait, 0, 'another way is no repetition');
  }
  assert.deepEqual(waits, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
});

for (const [luck, wait] of [
  [0, 500],
  [0.999999, 1_500],
])
  test(`a random number of ${luck} changes the first delay by up to half`, () => {
    const { world } = start();
    world.luck = luck ?? 0;
    world.socket.lost(1006);
    assert.equal(Math.round(world.pass()), wait);
  });

test('a welcome resets the delay', () => {
  const { world } = start();
  world.socket.welcome();
  for (const wait of [1_000, 2_000]) {
    world.socket.lost(1006);
    assert.equal(world.pass(), wait);
  }
  world.socket.welcome();
  world.socket.lost(1006);
  assert.equal(world.pass(), 1_000);
});

for (const code of [1000, 1001, 1006, 1012, 4000, 4408, 4499])
  test(`it reconnects after close code ${code}`, () => {
    const { world } = start();
    world.socket.welcome();
    world.socket.lost(code);
    world.pass();
    assert.equal(world.sockets.length, 2);
  });

for (const code of [4500, 4501, 4503, 4999])
  test(`it does not reconnect after close code ${code}, even when the network is back`, () => {
    const { world, connection } = start();
    world.socket.lost(code);
    connection.reconnectNow();
    assert.deepEqual([world.sockets.length, world.timers], [1, []]);
  });

test('a hello that came too late is sent again', () => {
  const { world } = start();
  world.now += 10_000;
  world.socket.lost(4500);
  world.pass();
  assert.equal(world.sockets.length, 2);
});

test('a client that was sent away can start again', () => {
  const { world, connection } = start();
  world.socket.lost(4501);
  connection.start();
  world.socket.welcome();
  assert.equal(connection.state, 'online');
});

test('a stopped client receives nothing and does not reconnect', () => {
  const { world, connection } = start();
  world.socket.welcome();
  connection.stop();
  world.socket.lost(1000);
  assert.deepEqual([connection.state, world.sockets.length, world.timers], ['away', 1, []]);
});

test('a request without an answer in time leads to a reconnect and is repeated', () => {
  const { world, connection } = start();
  world.socket.welcome();
  void connection.request('send', { text: 'x' }, 'r1');
  const [dead] = world.sockets;
  assert.equal(world.pass(), 20_000);
  assert.deepEqual([dead?.isClosed, connection.state], [true, 'connecting']);
  world.pass();
  world.socket.welcome();
  assert.equal(world.socket.sent.at(-1).id, 'r1');
});

test('a missing welcome leads to a reconnect', () => {
  const { world } = start();
  assert.equal(world.pass(), 6_000);
  assert.equal(world.pass(), 1_000);
  assert.equal(world.sockets.length, 2);
});

test('a server that has welcomed before is given more time for the next welcome', () => {
  const { world } = start();
  world.socket.welcome();
  world.socket.lost(1006);
  world.pass();
  assert.equal(world.pass(), 20_000);
});

test('after a long silence it sends a ping', async () => {
  const { world } = start();
  world.socket.welcome();
  assert.equal(world.pass(), 30_000);
  assert.deepEqual(world.socket.sent.at(-1), { type: 'ping', id: 'ping' });
  world.socket.says({ type: 'ok', id: 'ping' });
  await settled();
  assert.equal(world.pass(), 30_000);
  assert.equal(world.sockets.length, 1);
});

test('a dead connection is detected', () => {
  const { world, connection } = start();
  world.socket.welcome();
  world.pass();
  assert.equal(world.pass(), 20_000);
  assert.equal(connection.state, 'connecting');
});

test('a received frame postpones the ping', () => {
  const { world } = start();
  world.socket.welcome();
  world.now = 29_000;
  world.socket.says({ type: 'presence', available: true });
  world.pass();
  assert.equal(world.now, 59_000);
});

test('in doubt it sends a ping with a short timeout', () => {
  const { world, connection } = start();
  world.socket.welcome();
  connection.checkAlive();
  assert.equal(world.socket.sent.at(-1).type, 'ping');
  assert.equal(world.pass(), 5_000);
  assert.equal(connection.state, 'connecting');
});

test('an answered ping ends the doubt', () => {
  const { world, connection } = start();
  world.socket.welcome();
  connection.checkAlive();
  world.socket.says({ type: 'ok', id: 'ping' });
  assert.equal(world.pass(), 30_000);
  assert.equal(connection.state, 'online');
});

test('a doubt shortens the timeout of a pending answer', () => {
  const { world, connection } = start();
  world.socket.welcome();
  connection.checkAlive();
  void connection.request('history', {}, 'r1');
  assert.equal(world.pass(), 5_000);
  assert.equal(connection.state, 'connecting');
});

test('frames of a former socket are ignored', () => {
  const { world, connection } = start();
  world.socket.welcome();
  connection.checkAlive();
  const old = world.socket;
  world.pass();
  world.pass();
  old.welcome();
  old.lost(4501);
  assert.deepEqual([connection.state, world.sockets.length], ['connecting', 2]);
});

test('a frame above the server’s limit is refused locally and disturbs nothing else', async () => {
  const { world, connection } = start();
  const long = connection.request('send', { text: 'é'.repeat(40) }, 'r1');
  const short = connection.request('send', { text: 'x' }, 'r2');
  world.socket.welcome({ max_frame: 100 });
  await assert.rejects(long, (error) => error instanceof Refusal && error.code === 'too_long');
  connection.signal('draft', { text: 'x'.repeat(100) });
  assert.deepEqual(
    world.socket.sent.map(({ id }) => id),
    [undefined, 'r2'],
  );
  world.socket.says({ type: 'ok', id: 'r2' });
  await short;
});

test('without a limit of the server any frame is sent', () => {
  const { world, connection } = start();
  world.socket.welcome({ max_frame: 0 });
  void connection.request('send', { text: 'x'.repeat(100_000) }, 'r1');
  assert.equal(world.socket.sent.at(-1).id, 'r1');
});

test('two requests with one id are one', async () => {
  const { world, connection } = start();
  world.socket.welcome();
  const answers = [1, 2].map(() => connection.request('send', { text: 'x' }, 'r1'));
  assert.equal(world.socket.sent.length, 2);
  world.socket.says({ type: 'ok', id: 'r1', seq: 7 });
  assert.deepEqual(
    (await Promise.all(answers)).map(({ seq }) => seq),
    [7, 7],
  );
});

test('an answered request is not repeated', async () => {
  const { world, connection } = start();
  world.socket.welcome();
  void connection.request('send', { text: 'x' }, 'r1');
  world.socket.says({ type: 'ok', id: 'r1', seq: 1 });
  await settled();
  world.socket.lost(1006);
  world.pass();
  world.socket.welcome();
  assert.deepEqual(
    world.socket.sent.map(({ type }) => type),
    ['hello'],
  );
});

test('signals are lost with the connection', () => {
  const { world, connection } = start();
  connection.signal('typing', { on: true });
  world.socket.welcome();
  connection.signal('typing', { on: false });
  assert.deepEqual(world.socket.sent.slice(1), [{ type: 'typing', on: false }]);
});

test('it reconnects at the time that the server names', () => {
  const { world } = start();
  world.socket.welcome();
  world.socket.says({ type: 'bye', retry_after: 1234 });
  world.socket.lost(1012);
  assert.equal(world.pass(), 1234);
});

test('it waits 30 s after too many requests', () => {
  const { world } = start();
  world.socket.welcome();
  world.socket.lost(4429);
  assert.equal(world.pass(), 30_000);
});

test('it does not reconnect when the server refuses it', () => {
  const { world, connection } = start();
  /** @type {number[]} */
  const codes = [];
  connection.on('sent-away', (code) => codes.push(code));
  world.socket.lost(4501);
  assert.deepEqual([codes, world.timers, connection.state], [[4501], [], 'away']);
});

test('a rate-limited request is repeated after the time that the server names', () => {
  const { world, connection } = start();
  world.socket.welcome();
  void connection.request('send', { text: 'x' }, 'r1');
  world.socket.says({ type: 'error', id: 'r1', code: 'rate_limited', retry_after: 70 });
  assert.equal(world.pass(), 70);
  assert.equal(world.socket.sent.filter(({ id }) => id === 'r1').length, 2);
});

test('it reconnects at once when the network is back', () => {
  const { world, connection } = start();
  world.socket.lost(1006);
  connection.reconnectNow();
  assert.equal(world.sockets.length, 2);
  connection.reconnectNow();
  assert.equal(world.sockets.length, 2);
});

test('after two WebSockets without a welcome it changes to a stream at once', () => {
  const { world, connection } = start();
  for (const wait of [1_000, 0]) {
    world.socket.lost(1006);
    assert.equal(world.pass(), wait);
  }
  assert.deepEqual(
    world.sockets.map(({ transport }) => transport),
    ['websocket', 'websocket', 'stream'],
  );
  world.socket.welcome();
  assert.equal(connection.state, 'online');
  world.socket.lost(1006);
  world.pass();
  assert.equal(world.socket.transport, 'stream');
});

test('a WebSocket that never says welcome counts as lost', () => {
  const { world } = start();
  while (world.sockets.length < 3) world.pass();
  assert.equal(world.socket.transport, 'stream');
});

test('after a welcome a lost WebSocket is tried again', () => {
  const { world } = start();
  for (const _ of [1, 2, 3]) {
    world.socket.welcome();
    world.socket.lost(1006);
    world.pass();
  }
  assert.equal(world.socket.transport, 'websocket');
});

test('the live address has the origin of the page', () => {
  assert.equal(liveUrl('https://help.example/console'), 'wss://help.example/live');
  assert.equal(liveUrl('http://127.0.0.1:8080/'), 'ws://127.0.0.1:8080/live');
});

test('a page that is left closes the connection, and connects again when it is back', () => {
  const { world, connection } = start();
  world.socket.welcome();
  connection.pause();
  assert.equal(world.socket.isClosed, true);
  connection.reconnectNow();
  assert.equal(world.sockets.length, 1);
  connection.resume();
  assert.equal(world.sockets.length, 2);
});

test('a client that was sent away stays away when its page is back', () => {
  const { world, connection } = start();
  world.socket.lost(4501);
  connection.pause();
  connection.resume();
  assert.equal(world.sockets.length, 1);
});
