import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventStream } from '../../static/lib/event-stream.js';
import { settled } from './world.js';

/** A server of streams and posts, played by the test. */
class Network {
  /** @type {{url: string, body: string, headers: Record<string, string>, signal: AbortSignal}[]} */
  posts = [];
  /** @type {((status: number) => void)[]} */
  unanswered = [];
  /** @type {(() => void)[]} */
  timers = [];
  /** @type {any} */
  source;

  constructor() {
    const network = this;
    this.EventSource = class extends EventTarget {
      isClosed = false;
      /** @param {string} url */
      constructor(url) {
        super();
        this.url = url;
        network.source = this;
      }
      close() {
        this.isClosed = true;
      }
    };
  }

  fetch = (/** @type {string} */ url, /** @type {any} */ options) => {
    this.posts.push({ url, ...options });
    return new Promise((done, fail) => {
      this.unanswered.push((status) => (status ? done({ status }) : fail(new TypeError('lost'))));
    });
  };
  setTimeout = (/** @type {() => void} */ run) => this.timers.push(run);

  /** @param {string} name @param {unknown} [data] */
  says(name, data = {}) {
    this.source.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data) }));
  }

  /** Answer the oldest post. @param {number} status 0 loses the answer */
  async answers(status = 204) {
    this.unanswered.shift()?.(status);
    await settled();
  }

  get post() {
    const post = this.posts.at(-1);
    if (!post) throw new Error('nothing was posted');
    return post;
  }
}

function open() {
  const network = new Network();
  const stream = new EventStream('wss://help.example/live', /** @type {any} */ (network));
  /** @type {any[]} */
  const heard = [];
  stream.onopen = () => heard.push('open');
  stream.onmessage = ({ data }) => heard.push(JSON.parse(data));
  stream.onclose = ({ code }) => heard.push(code);
  return { network, stream, heard };
}

function begun() {
  const all = open();
  all.network.says('session', { key: 'K' });
  return all;
}

test('it opens an event source at the live address and is open once it has a key', () => {
  const { network, heard } = open();
  assert.equal(network.source.url, 'https://help.example/live/events');
  assert.deepEqual(heard, []);
  network.says('session', { key: 'K' });
  assert.deepEqual(heard, ['open']);
});

test('events arrive as messages', () => {
  const { network, heard } = begun();
  network.says('message', { type: 'welcome' });
  assert.deepEqual(heard.at(-1), { type: 'welcome' });
});

test('a frame is posted with the session key and its number', () => {
  const { network, stream } = begun();
  stream.send('{"a":1}');
  const { url, body, headers } = network.post;
  assert.deepEqual([url, body], ['https://help.example/live/frames', '{"a":1}']);
  assert.deepEqual([headers['X-Session'], headers['X-Sequence']], ['K', '1']);
});

test('frames sent during a post go with the next one', async () => {
  const { network, stream } = begun();
  for (const frame of ['1', '2', '3']) stream.send(frame);
  assert.equal(network.posts.length, 1);
  await network.answers();
  assert.deepEqual([network.post.body, network.post.headers['X-Sequence']], ['2\n3', '2']);
  await network.answers();
  assert.equal(network.posts.length, 2);
});

for (const status of [0, 429, 502, 503])
  test(`what was answered by ${status || 'nothing'} is posted again under the same number`, async () => {
    const { network, stream } = begun();
    stream.send('1');
    await network.answers(status);
    stream.send('2');
    assert.equal(network.posts.length, 1);
    network.timers.shift()?.();
    await settled();
    assert.deepEqual([network.post.body, network.post.headers['X-Sequence']], ['1\n2', '1']);
  });

test('a post stays within the server’s limit', async () => {
  const { network, stream } = begun();
  stream.send('first');
  const long = 'x'.repeat(15_000);
  for (const frame of [long, long, 'y'.repeat(30_000), 'z']) stream.send(frame);
  const lengths = [];
  while (network.unanswered.length) {
    lengths.push(network.post.body.length);
    await network.answers();
  }
  assert.deepEqual(lengths, [5, 15_000, 15_000, 30_000, 1]);
});

test('a ping is answered by a post without frames', async () => {
  const { network } = begun();
  network.says('ping');
  assert.equal(network.post.body, '');
  await network.answers();
  assert.equal(network.posts.length, 1);
});

test('it ends with the server’s close code', () => {
  const { network, heard } = begun();
  network.says('close', { code: 4501 });
  assert.deepEqual([heard.at(-1), network.source.isClosed], [4501, true]);
});

test('a lost stream does not reconnect by itself', () => {
  const { network, heard } = begun();
  network.says('error');
  network.says('error');
  assert.deepEqual([heard, network.source.isClosed], [['open', 1006], true]);
});

for (const [status, code] of /** @type {const} */ ([
  [403, 1006],
  [404, 1006],
  [413, 1009],
  [422, 1006],
]))
  test(`a post that is answered by ${status} ends it with ${code}`, async () => {
    const { network, stream, heard } = begun();
    stream.send('1');
    await network.answers(status);
    assert.deepEqual([heard.at(-1), network.source.isClosed], [code, true]);
  });

test('a closed stream receives and posts nothing', async () => {
  const { network, stream, heard } = begun();
  stream.send('1');
  stream.close();
  assert.equal(network.post.signal.aborted, true);
  await network.answers(0);
  network.says('close', { code: 1000 });
  assert.deepEqual([heard, network.timers, network.posts.length], [['open'], [], 1]);
});
