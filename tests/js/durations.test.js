import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Durations } from '../../static/supervision/durations.js';

const MINUTE = 60_000;

test('durations are shown in the shortest unit', () => {
  const durations = new Durations({ locale: 'en' });
  assert.deepEqual(
    [null, 0, 44_400, 59_499, 59_600, 90_000, 59.96 * MINUTE, 126 * MINUTE].map((ms) =>
      durations.say(ms),
    ),
    ['–', '0 sec', '44 sec', '59 sec', '1 min', '1.5 min', '1 hr', '2.1 hr'],
  );
  assert.equal(new Durations({ locale: 'de' }).say(90_000), '1,5 Min.');
});
