import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextPath } from '../../static/login/next-path.js';

const ORIGIN = 'https://help.example';

/** @param {string} rest of the sign-in page's address */
const wanted = (rest) => nextPath(new URL(`${ORIGIN}/login${rest}`));

test('signing in leads to the requested page', () => {
  assert.equal(wanted('?next=/supervision'), '/supervision');
  assert.equal(wanted('?next=/a%3Fb%3D1'), '/a?b=1');
});

test('the fragment of the requested page is kept, but never a secret', () => {
  assert.equal(wanted('?next=/console#conversation=7'), '/console#conversation=7');
  assert.equal(wanted('?next=/console#link=secret'), '/console');
});

test('without a requested page, signing in leads to the console', () => {
  assert.equal(wanted(''), '/console');
  assert.equal(wanted('?next='), '/console');
  assert.equal(wanted('?next=/login'), '/console');
});

for (const next of [
  'https://evil.example/',
  '//evil.example/',
  '/\\evil.example',
  '\\\\evil.example',
  '/.//evil.example',
  '/\t/evil.example',
  'javascript:alert(1)',
  'console',
])
  test(`signing in does not lead to ${JSON.stringify(next)}`, () => {
    assert.equal(wanted(`?next=${encodeURIComponent(next)}`), '/console');
  });
