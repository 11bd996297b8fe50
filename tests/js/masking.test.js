import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { found, mask } from '../../static/lib/masking.js';

const ALL = ['card', 'password', 'token'];
const VECTORS = JSON.parse(
  readFileSync(new URL('../masking_cases.json', import.meta.url), 'utf-8'),
);

for (const { text, masked } of VECTORS)
  test(`the page masks what the server masks: ${JSON.stringify(text.slice(0, 40))}`, () => {
    assert.equal(mask(text, ALL), masked);
    assert.equal(mask(masked, ALL), masked);
  });

test('only the kinds that the operator has chosen are masked', () => {
  assert.equal(
    mask('password: swordfish, 4111111111111111', ['token']),
    'password: swordfish, 4111111111111111',
  );
});

test('the kinds that were found are returned', () => {
  assert.deepEqual(found('4111111111111111, pin=1234', ALL).kinds, ['card', 'password']);
  assert.deepEqual(found('hello', ALL).kinds, []);
});
