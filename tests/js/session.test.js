import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Outbox } from '../../static/lib/outbox.js';
import { Session } from '../../static/lib/session.js';
import { settled, storage, World } from './world.js';

const ANN = { role: 'customer', id: 'ann', name: 'Ann' };
const BOB = { role: 'technician', id: 'bob', name: 'Bob' };

/** @param {Record<string, unknown>} fields */
function event(fields) {
  return { type: 'event', conversation: 'c1', kind: 'message', at: 1, author: BOB, ...fields };
}

/** @param {import('../../static/lib/types.js').Storage} kept */
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

test('events build the conversation', () => {
  const { world, session } = start();
  world.socket.says(
    event({ seq: 1, prev: 0, kind: 'opened', author: ANN, reference: 'K7F3-9QMX' }),
  );
  world.socket.says({ type: 'queue', conversation: 'c1', position: 2 });
  assert.equal(session.conversations.get('c1')?.place?.position, 2);
  world.socket.says(
    event({ seq: 2, prev: 1, kind: 'assigned', technician: { id: 'bob', name: 'Bob' } }),
  );
  world.socket.says(event({ seq: 3, prev: 2, text: 'hello' }));
  const conversation = session.conversations.get('c1');
  assert.equal(conversation?.summary.status, 'active');
  assert.equal(conversation?.summary.reference, 'K7F3-9QMX');
  assert.equal(conversation?.place, null);
  assert.equal(session.unread(/** @type {any} */ (conversation)), 1);
});

test('an event that arrives twice is held once', () => {
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
  const events = [
    event({ seq: 2, prev: 1, text: 'two' }),
    event({ seq: 3, prev: 2, text: 'three' }),
  ];
  world.socket.says({ type: 'ok', id: asked.id, events, more: false });
  await settled();
  assert.deepEqual(texts(session), ['one', 'two', 'three']);
});

test('a reconnect resumes after the held events', () => {
  const { world } = start();
  world.socket.says(event({ seq: 1, prev: 0, text: 'one' }));
  world.socket.lost(1006);
  world.pass();
  world.socket.onopen?.({});
  const hello = world.socket.sent[0];
  assert.deepEqual([hello.epoch, hello.resume], ['e1', { c1: 1 }]);
});

test('events of another epoch are dropped', () => {
  const { world, session } = start();
  world.socket.says(event({ seq: 1, prev: 0, text: 'old' }));
  world.socket.lost(1006);
  world.pass();
  world.socket.welcome({ epoch: 'e2' });
  world.socket.says(event({ seq: 1, prev: 0, text: 'new' }));
  assert.deepEqual(texts(session), ['new']);
});

test('a log that is another one on the server is loaded afresh', () => {
  const { world, session } = start();
  for (const seq of [1, 2]) world.socket.says(event({ seq, prev: seq - 1, text: `lost ${seq}` }));
  world.socket.lost(1006);
  world.pass();
  world.socket.welcome();
  world.socket.says({ type: 'afresh', conversation: 'c1' });
  world.socket.says(event({ seq: 1, prev: 0, text: 'one' }));
  assert.deepEqual(texts(session), ['one']);
});

test('a history that does not reach what is held is loaded afresh', async () => {
  const { world, session } = start();
  world.socket.says(event({ seq: 2, prev: 1, text: 'lost' }));
  void session.catchUp('c1');
  world.socket.says({ type: 'ok', id: world.socket.sent.at(-1).id, events: [], afresh: true });
  await settled();
  const asked = world.socket.sent.at(-1);
  assert.deepEqual([asked.type, asked.after, asked.before], ['history', undefined, undefined]);
  const events = [event({ seq: 1, prev: 0, text: 'one' })];
  world.socket.says({ type: 'ok', id: asked.id, events, more: false });
  await settled();
  assert.deepEqual(texts(session), ['one']);
});

test('frames of a newer server are passed over', () => {
  const { world, session } = start();
  session.on('change', () => assert.fail('nothing has changed'));
  world.socket.says({ type: 'novelty', conversation: 'c1' });
});

test('a message is kept until it is stored', async () => {
  const { world, session, outbox } = start();
  const sending = session.send('c1', 'hello');
  assert.equal(outbox.messagesOf('c1').length, 1);
  world.socket.says({ type: 'ok', id: world.socket.sent.at(-1).id, seq: 1 });
  await sending;
  assert.deepEqual(outbox.messagesOf('c1'), []);
});

test('a message written offline survives a reload and is sent under its first id', () => {
  const first = start();
  first.world.socket.lost(1006);
  void first.session.send('c1', 'from the tunnel');
  const [{ id } = { id: '' }] = first.outbox.messages;
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
  assert.equal(outbox.messagesOf('c1')[0]?.failed, 'disk');
  void session.retry(id);
  assert.equal(world.socket.sent.at(-1).id, id);
});

test('a read position is sent once and never moves back', () => {
  const { world, session } = start();
  world.socket.says(event({ seq: 1, prev: 0, text: 'one' }));
  session.markRead('c1');
  session.markRead('c1');
  assert.equal(world.socket.sent.filter(({ type }) => type === 'read').length, 1);
  world.socket.says({ type: 'read', conversation: 'c1', seq: 1, author: BOB });
  world.socket.says({ type: 'read', conversation: 'c1', seq: 0, author: BOB });
  assert.equal(session.conversations.get('c1')?.summary.read.technician, 1);
});

test('events that are read late do not turn back the summary', () => {
  const { world, session } = start();
  const known = { conversation: 'c1', status: 'active', seq: 4, read: {}, technician: BOB };
  world.socket.says({ type: 'conversation', ...known, last: { text: 'new', at: 2, author: BOB } });
  const facts = [
    { kind: 'opened' },
    { kind: 'requeued' },
    { text: 'old' },
    { kind: 'assigned', technician: BOB },
  ];
  facts.forEach((fact, index) => {
    world.socket.says(event({ seq: index + 1, prev: index, ...fact }));
    const summary = session.conversations.get('c1')?.summary;
    assert.deepEqual([summary?.status, summary?.last?.text], ['active', 'new']);
  });
  world.socket.says(event({ seq: 5, prev: 4, kind: 'requeued', reason: 'technician_left' }));
  assert.equal(session.conversations.get('c1')?.summary.status, 'waiting');
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
  world.socket.says({
    type: 'ok',
    id: asked.id,
    events: [event({ seq: 4, prev: 3, text: 'four' })],
  });
  await loading;
  assert.deepEqual(texts(session), ['four', 'five']);
});

test('a message is shown once, whether its event or its ok comes first', async () => {
  for (const eventFirst of [true, false]) {
    const { world, session } = start();
    void session.send('c1', 'hello');
    const { id } = world.socket.sent.at(-1);
    const frames = [
      event({ seq: 1, prev: 0, text: 'hello', author: ANN }),
      { type: 'ok', id, seq: 1 },
    ];
    const shown = () => session.outgoing('c1').length + (texts(session)?.length ?? 0);
    for (const frame of eventFirst ? frames : frames.reverse()) {
      world.socket.says(frame);
      await settled();
      assert.equal(shown(), 1, `event first: ${eventFirst}`);
    }
    assert.deepEqual(session.outgoing('c1'), []);
  }
});

test('two messages with the same text are two', async () => {
  const { world, session } = start();
  void session.send('c1', 'hello');
  void session.send('c1', 'hello');
  world.socket.says(event({ seq: 1, prev: 0, text: 'hello', author: ANN }));
  assert.equal(session.outgoing('c1').length, 1);
});

test('a request to open a conversation is repeated after a reload under the same id', async () => {
  const first = start();
  first.world.socket.lost(1006);
  void first.session.open({ text: 'help' });
  const { id } = first.outbox.opening ?? {};
  const second = start(first.kept);
  assert.deepEqual(second.world.socket.sent.at(-1), { type: 'open', id, text: 'help' });
  /** @type {string[]} */
  const opened = [];
  second.session.on('opened', (conversation) => opened.push(conversation));
  second.world.socket.says({ type: 'ok', id, conversation: 'c9' });
  await settled();
  assert.deepEqual([opened, second.outbox.opening], [['c9'], null]);
});

test('a refused request to open a conversation is not repeated', async () => {
  const { world, session, outbox } = start();
  const opening = session.open({ text: 'help' });
  const { id } = world.socket.sent.at(-1);
  world.socket.says({ type: 'error', id, code: 'too_many', message: 'three are open' });
  await assert.rejects(opening, /three are open/);
  assert.equal(outbox.opening, null);
});

test('a message that was written before the first welcome is sent once', () => {
  const world = new World();
  const session = new Session(
    'ws://x/live',
    'customer',
    () => ({}),
    new Outbox(storage(), 'o'),
    world,
  );
  session.connection.start();
  void session.send('c1', 'early');
  world.socket.welcome();
  assert.equal(world.socket.sent.filter(({ type }) => type === 'send').length, 1);
});

test('after sleep it fetches missed events', async () => {
  const { world, session } = start();
  world.socket.says(event({ seq: 1, prev: 0, text: 'one' }));
  session.wake();
  const asked = world.socket.sent.at(-1);
  assert.deepEqual([asked.type, asked.after], ['history', 1]);
  world.socket.says({
    type: 'ok',
    id: asked.id,
    events: [event({ seq: 2, prev: 1, text: 'two' })],
  });
  await settled();
  assert.deepEqual(texts(session), ['one', 'two']);
});

test('after sleep it checks the connection, also without a conversation', () => {
  const { world, session } = start();
  session.wake();
  assert.equal(world.socket.sent.at(-1).type, 'ping');
  assert.equal(world.pass(), 5_000);
  assert.equal(session.connection.state, 'connecting');
});

test('after sleep it replaces a dead connection', () => {
  const { world, session } = start();
  world.socket.says(event({ seq: 1, prev: 0, text: 'one' }));
  session.wake();
  assert.equal(world.pass(), 5_000);
  world.pass();
  world.socket.onopen?.({});
  assert.deepEqual(world.socket.sent[0].resume, { c1: 1 });
});

test('a long gap is filled page by page', async () => {
  const { world, session } = start();
  world.socket.says(event({ seq: 1, prev: 0, text: '1' }));
  world.socket.says(event({ seq: 4, prev: 3, text: '4' }));
  for (const seq of [2, 3]) {
    const { id } = world.socket.sent.at(-1);
    const events = [event({ seq, prev: seq - 1, text: String(seq) })];
    world.socket.says({ type: 'ok', id, events, more: seq < 3 });
    await settled();
  }
  world.socket.says(event({ seq: 4, prev: 3, text: '4' }));
  assert.deepEqual(texts(session), ['1', '2', '3', '4']);
});

test('seqs that are hidden from the customer are no gap', () => {
  const { world, session } = start();
  world.socket.says(event({ seq: 1, prev: 0, text: 'one' }));
  world.socket.says(event({ seq: 5, prev: 1, text: 'five' }));
  assert.deepEqual(texts(session), ['one', 'five']);
  assert.equal(world.socket.sent.filter(({ type }) => type === 'history').length, 0);
});

test('frames of an unknown type change nothing', () => {
  const { world, session } = start();
  world.socket.says({ type: 'horoscope', text: 'good' });
  assert.equal(session.conversations.size, 0);
});

test('a new customer resumes nothing', () => {
  const { world, session } = start();
  world.socket.says(event({ seq: 1, prev: 0, text: 'one' }));
  session.forget();
  world.socket.lost(4501);
  session.connection.start();
  world.socket.onopen?.({});
  assert.deepEqual(world.socket.sent[0], { type: 'hello', role: 'customer' });
});

test('frames about colleagues and the site are emitted', () => {
  const { world, session } = start();
  /** @type {any[]} */
  const heard = [];
  for (const name of ['draft', 'viewers', 'site']) session.on(name, (frame) => heard.push(frame));
  const frames = [
    { type: 'draft', conversation: 'c1', text: 'half' },
    { type: 'viewers', conversation: 'c1', viewers: [{ id: 'bob', name: 'Bob' }] },
    { type: 'site', replies: [], targets: { amber: 1, red: 2 } },
  ];
  for (const frame of frames) world.socket.says(frame);
  assert.deepEqual(heard, frames);
  assert.deepEqual([session.welcome.type, session.welcome.targets?.red], ['welcome', 2]);
});

test('a promise is part of the conversation', () => {
  const { world, session } = start();
  world.socket.says(event({ seq: 1, prev: 0, kind: 'promised', reply_by: 99 }));
  assert.equal(session.conversations.get('c1')?.summary.reply_by, 99);
});

test('erased text is removed here, too', () => {
  const { world, session } = start();
  for (const seq of [1, 2]) world.socket.says(event({ seq, prev: seq - 1, text: `secret ${seq}` }));
  world.socket.says(event({ seq: 3, prev: 2, kind: 'redacted', first: 1, through: 2 }));
  assert.deepEqual(texts(session), [undefined]);
  assert.equal(session.conversations.get('c1')?.log.hasEarlier, false);
  assert.equal(session.conversations.get('c1')?.summary.last, null);
});
