import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LookupCache } from '../../static/console/lists/lookup-cache.js';
import { settled } from './world.js';

/** A lookup that counts its requests; a test decides when the pause after an answer ends. */
function start() {
  /** @type {string[]} */
  const asked = [];
  /** @type {(() => void)[]} */
  const resting = [];
  const world = { isBroken: false };
  const ask = async (/** @type {string} */ id) => {
    asked.push(id);
    if (world.isBroken) throw new Error('the line is dead');
    return { answer: asked.length };
  };
  const lookup = new LookupCache(ask, (run) => resting.push(run));
  const rested = async () => {
    for (const run of resting.splice(0)) run();
    await settled();
  };
  return { lookup, asked, rested, world };
}

test('an answer is fetched once and kept until the conversation changes', async () => {
  const { lookup, asked } = start();
  /** @type {string[]} */
  const changed = [];
  lookup.on('change', (id) => changed.push(id));
  assert.equal(lookup.get('c1', '1'), null);
  await settled();
  assert.deepEqual(changed, ['c1']);
  assert.deepEqual(lookup.get('c1', '1'), { answer: 1 });
  assert.deepEqual(asked, ['c1']);
});

test('many changes cause one more request, after an interval', async () => {
  const { lookup, asked, rested } = start();
  lookup.get('c1', '1');
  await settled();
  for (const sign of ['2', '3', '4']) assert.deepEqual(lookup.get('c1', sign), { answer: 1 });
  await settled();
  assert.equal(asked.length, 1);
  await rested();
  assert.deepEqual(lookup.get('c1', '4'), { answer: 2 });
  assert.equal(asked.length, 2);
});

test('the cached answer stays after an error', async () => {
  const { lookup, world, rested } = start();
  lookup.get('c1', '1');
  await settled();
  await rested();
  world.isBroken = true;
  lookup.get('c1', '2');
  await settled();
  assert.deepEqual(lookup.get('c1', '2'), { answer: 1 });
  await rested();
  world.isBroken = false;
  lookup.forget();
  lookup.get('c1', '2');
  await settled();
  assert.deepEqual(lookup.get('c1', '2'), { answer: 3 });
});

test('the least recently used answers are dropped', async () => {
  const { lookup, asked } = start();
  for (let number = 0; number < 60; number += 1) lookup.get(`c${number}`, '1');
  await settled();
  lookup.get('c59', '1');
  lookup.get('c0', '1');
  assert.deepEqual(asked.slice(60), ['c0']);
});
