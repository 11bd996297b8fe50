import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Outbox } from '../../static/lib/outbox.js';
import { TechnicianSession } from '../../static/lib/technician-session.js';
import { storage, World } from './world.js';

const BOB = { role: 'technician', id: 'bob', name: 'Bob' };
const CARL = { id: 'carl', name: 'Carl', status: 'online', load: 1, capacity: 3 };

/** @param {Record<string, unknown>} fields */
function event(fields) {
  return { type: 'event', conversation: 'c1', kind: 'message', at: 1, author: BOB, ...fields };
}

/** @param {Record<string, unknown>} [welcome] fields of the welcome */
function start(welcome) {
  const world = new World();
  const outbox = new Outbox(storage(), 'outbox');
  const session = new TechnicianSession('ws://x/live', outbox, world);
  session.connection.start();
  world.socket.welcome(welcome);
  return { world, session, outbox };
}

/** @param {TechnicianSession} session */
function texts(session) {
  return session.conversations.get('c1')?.log.events.map(({ text }) => text);
}

const ME = { id: 'bob', name: 'Bob', status: 'online', capacity: 3 };

test('before the first welcome the technician is unknown and offline', () => {
  const session = new TechnicianSession('ws://x/live', new Outbox(storage(), 'o'), new World());
  assert.deepEqual([session.me.id, session.me.status], ['', 'offline']);
});

test('time is told by the clock of the server', () => {
  const { session } = start({ at: Date.now() + 3_600_000 });
  assert.ok(session.now - Date.now() > 3_500_000);
});

test('colleagues are as the server told them last', () => {
  const { world, session } = start({ technicians: [CARL] });
  world.socket.says({ type: 'presence', technician: { ...CARL, load: 2 } });
  assert.deepEqual([...session.colleagues.values()], [{ ...CARL, load: 2 }]);
});

test('a status chosen on another device is taken over', () => {
  const { world, session } = start({ technician: ME });
  const elsewhere = { ...ME, load: 0, status: 'away', capacity: 1 };
  world.socket.says({ type: 'presence', technician: elsewhere });
  assert.deepEqual(session.me, { ...ME, status: 'away', capacity: 1 });
});

test('the technician is away when the server says so', () => {
  const { world, session } = start({ technician: ME });
  world.socket.says({ type: 'away' });
  assert.equal(session.me.status, 'away');
});

test('a topic without a name is shown by its id', () => {
  const { session } = start({ topics: [{ id: 'dsl', name: 'Internet' }] });
  assert.deepEqual(
    [session.topicName('dsl'), session.topicName('tv'), session.topicName(null)],
    ['Internet', 'tv', ''],
  );
});

test('a conversation that was looked up is adopted with its events', () => {
  const { world, session } = start();
  const summary = { conversation: 'c1', status: 'active', read: { customer: 0, technician: 0 } };
  session.adopt(
    /** @type {any} */ (summary),
    /** @type {any} */ ([event({ seq: 2, prev: 1, text: 'two' })]),
  );
  world.socket.says(event({ seq: 3, prev: 2, text: 'three' }));
  session.adopt(
    /** @type {any} */ (summary),
    /** @type {any} */ ([
      event({ seq: 3, prev: 2, text: 'three' }),
      event({ seq: 4, prev: 3, text: 'four' }),
    ]),
  );
  assert.deepEqual(texts(session), ['two', 'three', 'four']);
});

test('events that are sent after some were read are all held', () => {
  const { world, session } = start();
  const newest = [1, 2, 3, 4].map((seq) => event({ seq, prev: seq - 1, text: String(seq) }));
  const summary = { conversation: 'c1', status: 'active', read: { customer: 0, technician: 0 } };
  session.adopt(/** @type {any} */ (summary), /** @type {any} */ (newest.slice(2)));
  session.on('event', () => assert.fail('nothing of it is new'));
  for (const each of newest) world.socket.says(each);
  assert.deepEqual(texts(session), ['1', '2', '3', '4']);
});

test('a watched conversation whose log is another one is loaded afresh', async () => {
  const { world, session } = start();
  world.socket.says(event({ seq: 7, prev: 6, text: 'lost' }));
  const watching = session.watch('c1');
  const asked = world.socket.sent.at(-1);
  assert.equal(asked.after, 7);
  const events = [event({ seq: 1, prev: 0, text: 'one' })];
  world.socket.says({ type: 'ok', id: asked.id, events, afresh: true });
  await watching;
  assert.deepEqual(texts(session), ['one']);
});

test('a note is kept like a message, and sent as a note', async () => {
  const { world, session, outbox } = start();
  void session.note('c1', 'old firmware');
  const sent = world.socket.sent.at(-1);
  assert.deepEqual(
    [sent.type, sent.text, outbox.messagesOf('c1')[0]?.note],
    ['note', 'old firmware', true],
  );
});
