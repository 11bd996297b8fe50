import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emojiKeys } from '../../static/lib/emoji-keys.js';

test('the keys for emoji are those of the system', () => {
  assert.equal(emojiKeys('Win32'), 'Windows + .');
  assert.equal(emojiKeys('MacIntel'), 'Ctrl + Cmd + Space');
  assert.equal(emojiKeys('Linux x86_64'), null);
  assert.equal(emojiKeys('iPhone'), null);
});
