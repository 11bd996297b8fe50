import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileKind, fileSize } from '../../static/lib/file-labels.js';

test('sizes are rounded for readers', () => {
  assert.equal(fileSize(0, 'en'), '0 byte');
  assert.equal(fileSize(812_345, 'en'), '793 kB');
  assert.equal(fileSize(26_214_400, 'en'), '25 MB');
  assert.equal(fileSize(1_600_000, 'de'), '1,5 MB');
});

test('the kind of a file is a few letters', () => {
  const file = { size: 1 };
  assert.equal(fileKind({ ...file, name: 'Manual.pdf', type: '' }), 'PDF');
  assert.equal(fileKind({ ...file, name: 'log', type: 'text/plain' }), 'TXT');
  assert.equal(fileKind({ ...file, name: 'photo.original', type: 'image/png' }), 'IMG');
  assert.equal(fileKind({ ...file, name: 'x', type: 'application/x-y' }), 'FILE');
});
