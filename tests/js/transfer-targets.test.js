import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matching, transferTargets } from '../../static/console/transfer/transfer-targets.js';

test('transfer targets are colleagues, and topics with the load of their technicians', () => {
  const topics = [
    { id: 'dsl', name: 'DSL lines' },
    { id: 'tv', name: 'Television' },
  ];
  const all = { status: 'online', capacity: 2, topics: [] };
  const targets = transferTargets(
    [
      { ...all, id: 'me', name: 'Me', load: 1 },
      { ...all, id: 'bob', name: 'Bob', load: 2, topics: ['tv'] },
      { ...all, id: 'cat', name: 'Cät', load: 0, topics: ['dsl'] },
      { ...all, id: 'dan', name: 'Dan', load: 0, status: 'offline' },
    ],
    topics,
    'me',
  );
  const shown = targets.map(({ name, load, capacity, isFull }) => [name, load, capacity, isFull]);
  assert.deepEqual(shown, [
    ['Cät', 0, 2, false],
    ['Bob', 2, 2, true],
    ['DSL lines', 1, 4, false],
    ['Television', 3, 4, false],
  ]);
  const found = (/** @type {string} */ typed) => matching(targets, typed).map(({ id }) => id);
  assert.deepEqual(found(' LIN ds'), ['cat', 'dsl']);
  assert.deepEqual(found('cat'), ['cat', 'dsl']);
  assert.deepEqual(found('at'), []);
  assert.equal(found('').length, 4);
});
