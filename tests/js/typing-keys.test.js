import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isComposing, writesWithAlt } from '../../static/lib/typing-keys.js';

/**
 * @param {string} key
 * @param {string} code
 * @param {{altGraph?: boolean, ctrlKey?: boolean, plain?: [string, string][]}} [more]
 */
function writes(key, code, { altGraph = false, ctrlKey = false, plain = [] } = {}) {
  const press = { key, code, ctrlKey, metaKey: false, altKey: true };
  return writesWithAlt({ ...press, getModifierState: () => altGraph }, new Map(plain));
}

test('a digit of the number pad is part of a character code', () => {
  for (const digit of '0128') assert.equal(writes(digit, `Numpad${digit}`), true);
});

test('the Option key of a Mac writes what is not on the key', () => {
  assert.equal(writes('@', 'KeyL'), true);
  assert.equal(writes('[', 'Digit5'), true);
  assert.equal(writes('®', 'KeyR'), true);
  assert.equal(writes('Dead', 'KeyN'), true);
});

test('AltGr writes, whatever the key', () => {
  assert.equal(writes('ł', 'KeyL', { altGraph: true }), true);
  assert.equal(writes('{', 'Digit7', { altGraph: true, ctrlKey: true }), true);
});

test('a key that keeps its letter or digit with Alt writes nothing', () => {
  assert.equal(writes('2', 'Digit2'), false);
  assert.equal(writes('a', 'KeyQ'), false);
  assert.equal(writes('ArrowUp', 'ArrowUp'), false);
});

test('with French and Russian keys, what a key writes without Alt is its name', () => {
  assert.equal(writes('&', 'Digit1', { plain: [['Digit1', '&']] }), false);
  assert.equal(writes('т', 'KeyN', { plain: [['KeyN', 'т']] }), false);
  assert.equal(writes('[', 'Digit5', { plain: [['Digit5', '5']] }), true);
});

test('a key of an input method is told by its code where the event does not say so', () => {
  assert.equal(isComposing({ isComposing: true, keyCode: 13 }), true);
  assert.equal(isComposing({ isComposing: false, keyCode: 229 }), true);
  assert.equal(isComposing({ isComposing: false, keyCode: 13 }), false);
});
