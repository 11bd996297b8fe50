import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pressed, printed } from '../../static/console/keys/key-names.js';
import { Words } from '../../static/lib/i18n.js';

/**
 * @param {Partial<Parameters<typeof pressed>[0]> & {altGraph?: boolean}} event
 * @param {string} [platform]
 */
const press = ({ altGraph = false, ...event }, platform = 'Linux x86_64') => {
  const plain = {
    key: '',
    code: '',
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    shiftKey: false,
    getModifierState: () => altGraph,
    ...event,
  };
  return pressed(plain, platform);
};

test('a pressed key is named as in the list of shortcuts', () => {
  assert.equal(press({ key: 'k', code: 'KeyK', ctrlKey: true }), 'Ctrl+K');
  assert.equal(press({ key: 'k', code: 'KeyK', metaKey: true }), 'Ctrl+K');
  assert.equal(press({ key: '?', code: 'Slash', shiftKey: true }), '?');
  assert.equal(press({ key: 'a', code: 'KeyA', altKey: true }), 'Alt+A');
});

test('with Alt the physical key counts, whatever letter it types', () => {
  assert.equal(press({ key: 'å', code: 'KeyA', altKey: true }), 'Alt+A');
  assert.equal(press({ key: '¡', code: 'Digit1', altKey: true }), 'Alt+1');
  assert.equal(press({ key: 'a', code: 'KeyQ', altKey: true }), 'Alt+A');
});

test('typing letters is no shortcut', () => {
  assert.equal(press({ key: 'a', code: 'KeyA' }), null);
  assert.equal(press({ key: '{', code: 'Digit7', altKey: true, altGraph: true }), null);
  assert.equal(press({ key: '{', code: 'Digit7', altKey: true, ctrlKey: true }), null);
});

test('on a Mac, Control and Option together are a shortcut that writes nothing', () => {
  const event = { key: '1', code: 'Digit1', ctrlKey: true, altKey: true };
  assert.equal(press(event, 'MacIntel'), 'Alt+1');
  assert.equal(press(event), null);
});

test('keys are written as they are printed on the keyboard', () => {
  const german = new Words('de', { 'keys.control': 'Strg' });
  assert.equal(printed('Ctrl+K', german, 'Linux x86_64'), 'Strg+K');
  assert.deepEqual(
    ['Ctrl+K', 'Alt+1', '?'].map((keys) => printed(keys, german, 'MacIntel')),
    ['⌘+K', '⌃⌥+1', '?'],
  );
});
