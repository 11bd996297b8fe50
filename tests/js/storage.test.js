import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStorage } from '../../static/lib/storage.js';
import { storage } from './world.js';

test('without a storage values are kept in memory', () => {
  const kept = openStorage(() => {
    throw new Error('forbidden');
  });
  kept.setItem('a', '1');
  assert.deepEqual([kept.lasting, kept.getItem('a')], [false, '1']);
});

test('with a full storage new values are kept in memory', () => {
  const store = storage();
  let isFull = false;
  const kept = openStorage(() => ({
    ...store,
    setItem: (key, value) => {
      if (isFull) throw new Error('full');
      store.setItem(key, value);
    },
  }));
  kept.setItem('a', '1');
  isFull = true;
  kept.setItem('a', '2');
  assert.deepEqual([kept.getItem('a'), store.getItem('a'), kept.lasting], ['2', '1', false]);
  isFull = false;
  kept.setItem('a', '3');
  assert.deepEqual([store.getItem('a'), kept.lasting], ['3', true]);
});
