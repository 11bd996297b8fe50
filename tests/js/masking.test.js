import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { found, mask } from '../../static/lib/masking.js';

const ALL = ['card', 'password', 'token'];
const VECTORS = JSON.parse(readFileSync(new URL('../masking.json', import.meta.url), 'utf-8'));

for (const { text, masked } of VECTORS)
  test(`the page hides what the server hides: ${JSON.stringify(text.slice(0, 40))}`, () => {
    assert.equal(mask(text, ALL), masked);
    assert.equal(mask(masked, ALL), masked);
  });

test('only what the operator wants hidden is hidden', () => {
  assert.equal(
    mask('password: swordfish, 4111111111111111', ['token']),
    'password: swordfish, 4111111111111111',
  );
});

test('it is told what was found', () => {
  assert.deepEqual(found('4111111111111111, pin=1234', ALL).kinds, ['card', 'password']);
  assert.deepEqual(found('hello', ALL).kinds, []);
});
