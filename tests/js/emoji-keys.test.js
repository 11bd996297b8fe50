import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emojiKeys } from '../../static/lib/emoji-keys.js';

test('the keys of the emoji picker are those of the operating system', () => {
  assert.equal(emojiKeys('Win32'), 'Windows + .');
  assert.equal(emojiKeys('MacIntel'), 'Ctrl + Cmd + Space');
  assert.equal(emojiKeys('Linux x86_64'), null);
  assert.equal(emojiKeys('iPhone'), null);
});
