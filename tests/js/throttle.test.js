import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { throttle } from '../../static/lib/throttle.js';

test('a throttled function runs at once, and once more after the interval', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  // A run takes no time, however busy the machine is.
  mock.method(performance, 'now', () => 0);
  let runs = 0;
  const run = throttle(async () => {
    runs += 1;
  }, 1_000);
  const settle = async () => {
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  };
  for (let call = 0; call < 5; call += 1) run();
  await settle();
  assert.equal(runs, 1);
  mock.timers.tick(999);
  await settle();
  assert.equal(runs, 1);
  mock.timers.tick(1);
  await settle();
  assert.equal(runs, 2);
  mock.timers.tick(1_000);
  await settle();
  assert.equal(runs, 2);
  run();
  await settle();
  assert.equal(runs, 3);
  mock.timers.reset();
  mock.restoreAll();
});
