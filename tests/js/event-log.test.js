import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventLog } from '../../static/lib/event-log.js';

/**
 * @param {number} seq
 * @param {number} [prev]
 */
function event(seq, prev = seq - 1) {
  const author = { role: /** @type {const} */ ('customer'), id: 'ann', name: 'Ann' };
  return { conversation: 'c1', seq, prev, at: seq, kind: 'message', author, text: String(seq) };
}

/** @param {EventLog} log */
const seqs = (log) => log.events.map(({ seq }) => seq);

test('events are held in order, each once', () => {
  const log = new EventLog();
  const outcomes = [1, 2, 2, 1, 3].map((seq) => log.add(event(seq)));
  assert.deepEqual(outcomes, ['added', 'added', 'known', 'known', 'added']);
  assert.deepEqual(seqs(log), [1, 2, 3]);
});

test('an event whose predecessor is missing is a gap and not held', () => {
  const log = new EventLog();
  log.add(event(1));
  assert.equal(log.add(event(3)), 'gap');
  assert.deepEqual([seqs(log), log.last], [[1], 1]);
});

test('a seq that is hidden from the reader is no gap', () => {
  const log = new EventLog();
  log.add(event(1));
  assert.equal(log.add(event(4, 1)), 'added');
});

test('a log that begins in the middle has earlier events', () => {
  const log = new EventLog();
  assert.equal(log.add(event(201)), 'added');
  assert.equal(log.hasEarlier, true);
  log.prepend([event(199), event(200), event(201)]);
  assert.deepEqual(seqs(log), [199, 200, 201]);
});

test('an empty log has nothing earlier', () => {
  const log = new EventLog();
  assert.deepEqual([log.last, log.hasEarlier], [0, false]);
  log.prepend([event(1), event(2)]);
  assert.deepEqual([log.last, log.hasEarlier], [2, false]);
});

test('earlier events sent unasked are put before the held ones once they reach them', () => {
  const log = new EventLog();
  log.prepend([event(5), event(6)]);
  assert.deepEqual(
    [2, 3].map((seq) => log.add(event(seq))),
    ['known', 'known'],
  );
  assert.deepEqual(seqs(log), [5, 6]);
  assert.deepEqual(
    [4, 5, 6, 7].map((seq) => log.add(event(seq))),
    ['earlier', 'known', 'known', 'added'],
  );
  assert.deepEqual(seqs(log), [2, 3, 4, 5, 6, 7]);
});

test('earlier events may be requested at the same time', () => {
  const log = new EventLog();
  log.prepend([event(7), event(8)]);
  for (const seq of [1, 2, 3, 4, 5]) log.add(event(seq));
  log.prepend([event(4), event(5), event(6)]);
  assert.equal(log.add(event(6)), 'earlier');
  assert.deepEqual(seqs(log), [1, 2, 3, 4, 5, 6, 7, 8]);
});

test('earlier events that leave a gap are not held', () => {
  const log = new EventLog();
  log.prepend([event(7), event(8)]);
  for (const seq of [1, 2, 5, 6]) log.add(event(seq));
  assert.deepEqual(seqs(log), [5, 6, 7, 8]);
  assert.equal(log.hasEarlier, true);
});
