import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import { Files, objection } from '../../static/lib/files.js';
import { Outbox } from '../../static/lib/outbox.js';
import { Session } from '../../static/lib/session.js';
import { FakeRequest } from './requests.js';
import { settled, storage, World } from './world.js';

const LIMIT = 1_000;
const ANN = { role: 'customer', id: 'ann', name: 'Ann' };
const OWN = {
  type: 'event',
  conversation: 'c1',
  seq: 1,
  prev: 0,
  kind: 'message',
  at: 1,
  author: ANN,
};

beforeEach(() => FakeRequest.install());

/** @param {import('../../static/lib/types.js').Storage} kept */
function start(kept = storage()) {
  const world = new World();
  const session = new Session('ws://x/live', 'customer', () => ({}), new Outbox(kept, 'o'), world);
  session.connection.start();
  world.socket.welcome({ files: { limit: LIMIT, types: ['image/png', 'text/plain'] } });
  return { world, session, kept };
}

function photo(name = 'phöto.png', size = 10) {
  return new File(['x'.repeat(size)], name, { type: 'image/png' });
}

/** @param {World} world */
function sent(world) {
  return world.socket.sent
    .filter(({ type }) => type === 'send')
    .map(({ text, file }) => text ?? file);
}

/** What hangs on imports of modules, too. */
async function uploading(times = 1) {
  while (FakeRequest.made.length < times) await settled();
  return FakeRequest.last;
}

test('a file is uploaded with progress and sent under the id of its message', async () => {
  const { world, session } = start();
  void session.sendFile('c1', photo());
  const [message] = session.outgoing('c1');
  assert.deepEqual(message?.file, { name: 'phöto.png', type: 'image/png', size: 10 });
  const request = await uploading();
  assert.equal(request.url, 'http://x/files?conversation=c1');
  assert.deepEqual(request.headers, {
    Authorization: 'Bearer t1',
    'X-File-Name': 'ph%C3%B6to.png',
  });
  request.upload.onprogress({ loaded: 5, total: 10 });
  assert.equal(session.outgoing('c1')[0]?.progress, 0.5);
  request.answers(201, { file: 'f1' });
  await settled();
  const frame = world.socket.sent.at(-1);
  assert.deepEqual(frame, { type: 'send', id: message?.id, conversation: 'c1', file: 'f1' });
});

test('texts and files arrive in the order of sending', async () => {
  const { world, session } = start();
  void session.send('c1', 'before');
  void session.sendFile('c1', photo('one.png'));
  void session.send('c1', 'between');
  void session.sendFile('c1', photo('two.png'));
  void session.send('c1', 'after');
  void session.send('c2', 'elsewhere');
  assert.deepEqual(sent(world), ['before', 'elsewhere']);
  (await uploading(1)).answers(201, { file: 'one' });
  (await uploading(2)).answers(201, { file: 'two' });
  await settled();
  assert.deepEqual(sent(world), ['before', 'elsewhere', 'one', 'between', 'two', 'after']);
});

test('a failed upload does not block later messages', async () => {
  const { world, session } = start();
  void session.sendFile('c1', photo());
  void session.send('c1', 'after');
  (await uploading()).answers(422, { code: 'invalid', field: 'type' });
  await settled();
  assert.deepEqual(sent(world), ['after']);
  assert.equal(session.outgoing('c1')[0]?.failed, 'fileType');
});

test('a file that is too large is not uploaded', async () => {
  const { session } = start();
  await session.sendFile('c1', photo('large.png', LIMIT + 1));
  const [message] = session.outgoing('c1');
  assert.deepEqual([FakeRequest.made.length, message?.failed], [0, 'fileTooLarge']);
  session.discard(message?.id ?? '');
  assert.deepEqual(session.outgoing('c1'), []);
});

test('the type of a file is left to the server', () => {
  const allowed = { limit: LIMIT, types: ['text/plain'] };
  const file = { name: 'a', size: 1 };
  assert.equal(objection({ ...file, type: 'text/x-log' }, allowed), undefined);
  assert.equal(objection({ ...file, type: '' }, allowed), undefined);
  assert.equal(objection({ ...file, type: 'video/mp4' }, allowed), 'fileType');
  assert.equal(objection({ ...file, type: '', size: 0 }, allowed), 'fileEmpty');
  assert.equal(objection({ ...file, type: '', size: 9e9 }, { limit: 0, types: [] }), undefined);
});

test('an interrupted upload can be retried while the page lasts', async () => {
  const { world, session, kept } = start();
  void session.sendFile('c1', photo());
  (await uploading()).onerror();
  await settled();
  const [message] = session.outgoing('c1');
  assert.equal(message?.failed, 'fileInterrupted');
  assert.deepEqual(new Outbox(kept, 'o').messages, []);
  void session.retry(message?.id ?? '');
  (await uploading(2)).answers(201, { file: 'f1' });
  await settled();
  assert.equal(world.socket.sent.at(-1).id, message?.id);
});

test('an upload without progress for a minute is aborted, and later messages are sent', async () => {
  const { world, session } = start();
  void session.sendFile('c1', photo());
  void session.send('c1', 'after');
  mock.timers.enable({ apis: ['setTimeout'] });
  const request = await uploading();
  mock.timers.tick(40_000);
  request.upload.onprogress({ loaded: 5, total: 10 });
  mock.timers.tick(40_000);
  assert.equal(request.isAborted, false);
  mock.timers.tick(40_000);
  mock.timers.reset();
  await settled();
  assert.deepEqual(
    [session.outgoing('c1')[0]?.failed, sent(world)],
    ['fileInterrupted', ['after']],
  );
});

test('an uploaded file that was not sent is sent after a reload', async () => {
  const first = start();
  void first.session.sendFile('c1', photo());
  void first.session.send('c1', 'after');
  const request = await uploading();
  first.world.socket.lost(1006);
  request.answers(201, { file: 'f1' });
  await settled();
  const second = start(first.kept);
  assert.deepEqual(sent(second.world), ['f1', 'after']);
  assert.equal(FakeRequest.made.length, 1);
});

test('a file waits for the connection like a message', async () => {
  const { world, session } = start();
  world.socket.lost(1006);
  void session.sendFile('c1', photo());
  await settled();
  assert.equal(FakeRequest.made.length, 0);
  world.pass();
  world.socket.welcome();
  (await uploading()).answers(201, { file: 'f1' });
  await settled();
  assert.deepEqual(sent(world), ['f1']);
});

test('discarding a file aborts its upload, and later messages are sent', async () => {
  const { world, session } = start();
  void session.sendFile('c1', photo());
  void session.send('c1', 'after');
  const request = await uploading();
  session.discard(session.outgoing('c1')[0]?.id ?? '');
  await settled();
  assert.deepEqual([request.isAborted, sent(world)], [true, ['after']]);
});

test('a file that waits for another can be discarded', async () => {
  const { world, session } = start();
  void session.sendFile('c1', photo('one.png'));
  void session.sendFile('c1', photo('two.png'));
  session.discard(session.outgoing('c1')[1]?.id ?? '');
  (await uploading()).answers(201, { file: 'one' });
  await settled();
  assert.deepEqual([sent(world), FakeRequest.made.length], [['one'], 1]);
});

test('a file is shown once, whether its event or its ok comes first', async () => {
  for (const eventFirst of [true, false]) {
    const { world, session } = start();
    FakeRequest.install();
    void session.sendFile('c1', photo());
    (await uploading()).answers(201, { file: 'f1' });
    await settled();
    const frames = [
      { ...OWN, file: 'f1' },
      { type: 'ok', id: world.socket.sent.at(-1).id, seq: 1 },
    ];
    const shown = () =>
      session.outgoing('c1').length + (session.conversations.get('c1')?.log.events.length ?? 0);
    for (const frame of eventFirst ? frames : frames.reverse()) {
      world.socket.says(frame);
      await settled();
      assert.equal(shown(), 1, `event first: ${eventFirst}`);
    }
  }
});

test('a refused message can be discarded', async () => {
  const { world, session, kept } = start();
  const sending = session.send('c1', 'hello');
  const { id } = world.socket.sent.at(-1);
  world.socket.says({ type: 'error', id, code: 'closed', message: 'It has ended.' });
  await sending;
  session.discard(id);
  assert.deepEqual([session.outgoing('c1'), new Outbox(kept, 'o').messages], [[], []]);
});

for (const [status, answer, reason] of /** @type {[number, unknown, string][]} */ ([
  [413, { code: 'too_long', detail: 'Too large.' }, 'fileTooLarge'],
  [413, '<html>', 'fileTooLargeOnTheWay'],
  [422, { code: 'invalid', field: 'file' }, 'fileBroken'],
  [409, { code: 'closed', detail: 'It has ended.' }, 'It has ended.'],
  [502, '<html>', 'fileInterrupted'],
]))
  test(`an upload answered with ${status} is refused with the reason ${reason}`, async () => {
    const files = new Files('http://x', () => ({}));
    const uploading = files.upload('c1', photo(), () => undefined, new AbortController().signal);
    FakeRequest.last.answers(status, answer);
    await assert.rejects(uploading, { message: reason });
  });
