import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pageWords } from '../../static/elements/page-words.js';
import { settled } from './world.js';

const UNREACHABLE = () => Promise.reject(new TypeError('Failed to fetch'));
const BAD_GATEWAY = async () => new Response('<h1>Bad gateway</h1>', { status: 502 });
const WORDS = async () => new Response('{"hello": "Guten Tag"}');

test('a page whose words did not come tries again until they are there', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const root = { dataset: { languages: 'en de' }, lang: '', dir: '' };
  Object.assign(globalThis, { document: { documentElement: root } });
  const answers = [UNREACHABLE, BAD_GATEWAY, WORDS];
  const fetched = t.mock.method(globalThis, 'fetch', () => answers[fetched.mock.callCount()]?.());
  const coming = pageWords('login', ['de-AT']);
  for (const _ of answers) {
    await settled();
    t.mock.timers.runAll();
  }
  assert.equal((await coming).say('hello'), 'Guten Tag');
  assert.equal(fetched.mock.callCount(), 3);
});
