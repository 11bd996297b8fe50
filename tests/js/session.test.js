import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Outbox } from '../../static/lib/outbox.js';
import { Session } from '../../static/lib/session.js';
import { World, storage } from './world.js';

const ANN = { role: 'customer', id: 'ann', name: 'Ann' };
const BOB = { role: 'technician', id: 'bob', name: 'Bob' };

/** @param {Record<string, unknown>} fields */
function event(fields) {
  return { type: 'event', conversation: 'c1', kind: 'message', at: 1, author: BOB, ...fields };
}

function start(kept = storage()) {
  const world = new World();
  const outbox = new Outbox(kept, 'outbox');
  const session = new Session('ws://x/live', 'customer', () => ({}), outbox, world);
  session.connection.start();
  world.socket.welcome();
  return { world, session, kept, outbox };
}

/** @param {Session} session */
function texts(session) {
  return session.conversations.get('c1')?.log.events.map(({ text }) => text);
}

const settled = () => new Promise((done) => setImmediate(done));

test('events build the conversation', () => {
  const { world, session } = start();
  world.socket.says(event({ seq: 1, prev: 0, kind: 'opened', author: ANN, reference: 'K7F3-9QMX' }));
  world.socket.says({ type: 'queue', conversation: 'c1', position: 2 });
  assert.equal(session.conversations.get('c1')?.place?.position, 2);
  world.socket.says(event({ seq: 2, prev: 1, kind: 'assigned', technician: { id: 'bob', name: 'Bob' } }));
  world.socket.says(event({ seq: 3, prev: 2, text: 'hello' }));
  const conversation = session.conversations.get('c1');
  assert.equal(conversation?.summary.status, 'active');
  assert.equal(conversation?.summary.reference, 'K7F3-9QMX');
  assert.equal(conversation?.place, null);
  assert.equal(session.unread(/** @type {any} */ (conversation)), 1);
});

test('what is sent twice is shown once', () => {
  const { world, session } = start();
  for (let times = 0; times < 2; times += 1)
    world.socket.says(event({ seq: 1, prev: 0, text: 'once' }));
  assert.deepEqual(texts(session), ['once']);
});

test('a gap is filled from the history before what came after it', async () => {
  const { world, session } = start();
  world.socket.says(event({ seq: 1, prev: 0, text: 'one' }));
  world.socket.says(event({ seq: 3, prev: 2, text: 'three' }));
  const asked = world.socket.sent.at(-1);
  assert.deepEqual([asked.type, asked.after], ['history', 1]);
  const events = [event({ seq: 2, prev: 1, text: 'two' }), event({ seq: 3, prev: 2, text: 'three' })];
  world.socket.says({ type: 'ok', id: asked.id, events, more: false });
  await settled();
  assert.deepEqual(texts(session), ['one', 'two', 'three']);
});

test('after a lost connection it resumes from what it holds', () => {
  const { world } = start();
  world.socket.says(event({ seq: 1, prev: 0, text: 'one' }));
  world.socket.lost(1006);
  world.pass();
  world.socket.onopen?.({});
  const hello = world.socket.sent[0];
  assert.deepEqual([hello.epoch, hello.resume], ['e1', { c1: 1 }]);
});

test('a log of another epoch is loaded afresh', () => {
  const { world, session } = start();
  world.socket.says(event({ seq: 1, prev: 0, text: 'old' }));
  world.socket.lost(1006);
  world.pass();
  world.socket.welcome({ epoch: 'e2' });
  world.socket.says(event({ seq: 1, prev: 0, text: 'new' }));
  assert.deepEqual(texts(session), ['new']);
});

test('a message is kept until it is stored', async () => {
  const { world, session, outbox } = start();
  const sending = session.send('c1', 'hello');
  assert.equal(outbox.of('c1').length, 1);
  world.socket.says({ type: 'ok', id: world.socket.sent.at(-1).id, seq: 1 });
  await sending;
  assert.deepEqual(outbox.of('c1'), []);
});

test('a message written in a tunnel survives a reload and is sent under its first id', () => {
  const first = start();
  first.world.socket.lost(1006);
  void first.session.send('c1', 'from the tunnel');
  const [{ id } = { id: '' }] = first.outbox.drafts;
  const second = start(first.kept);
  const sent = second.world.socket.sent.at(-1);
  assert.deepEqual(sent, { type: 'send', id, conversation: 'c1', text: 'from the tunnel' });
});

test('a refused message is kept with the reason until it is tried again', async () => {
  const { world, session, outbox } = start();
  const sending = session.send('c1', 'hello');
  const { id } = world.socket.sent.at(-1);
  world.socket.says({ type: 'error', id, code: 'unavailable', message: 'disk', retryable: true });
  await sending;
  assert.equal(outbox.of('c1')[0]?.failed, 'disk');
  void session.retry(id);
  assert.equal(world.socket.sent.at(-1).id, id);
});

test('reading is told once and never moves back', () => {
  const { world, session } = start();
  world.socket.says(event({ seq: 1, prev: 0, text: 'one' }));
  session.markRead('c1');
  session.markRead('c1');
  assert.equal(world.socket.sent.filter(({ type }) => type === 'read').length, 1);
  world.socket.says({ type: 'read', conversation: 'c1', seq: 1, author: BOB });
  world.socket.says({ type: 'read', conversation: 'c1', seq: 0, author: BOB });
  assert.equal(session.conversations.get('c1')?.summary.read.technician, 1);
});

test('typing ends with the message', () => {
  const { world, session } = start();
  world.socket.says({ type: 'typing', conversation: 'c1', on: true, author: BOB });
  assert.equal(session.conversations.get('c1')?.typing?.name, 'Bob');
  world.socket.says(event({ seq: 1, prev: 0, text: 'done' }));
  assert.equal(session.conversations.get('c1')?.typing, null);
});

test('earlier events are put before those that are held', async () => {
  const { world, session } = start();
  world.socket.says(event({ seq: 5, prev: 4, text: 'five' }));
  const loading = session.loadEarlier('c1');
  const asked = world.socket.sent.at(-1);
  assert.equal(asked.before, 5);
  world.socket.says({ type: 'ok', id: asked.id, events: [event({ seq: 4, prev: 3, text: 'four' })] });
  await loading;
  assert.deepEqual(texts(session), ['four', 'five']);
});
