import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { contrast, tints } from '../../static/lib/colour.js';

const ACCENTS = ['#1a5fcc', '#fff', '#000', '#ffeb3b', '#00ff00', '#e91e63', '#777777', '#0b6e4f'];

/** Light and dark of a token of tokens.css. @param {string} name */
async function token(name) {
  const css = await readFile(new URL('../../static/tokens.css', import.meta.url), 'utf8');
  const [, light = '', dark = ''] =
    new RegExp(`--${name}: light-dark\\((#\\w+), (#\\w+)\\)`).exec(css) ?? [];
  return { light, dark };
}

test('contrast is as the guidelines define it', () => {
  assert.equal(contrast('#000', '#fff'), 21);
  assert.equal(contrast('#1a5fcc', '#1a5fcc'), 1);
  assert.equal(contrast('#767676', '#ffffff').toFixed(2), '4.54');
});

for (const accent of ACCENTS)
  test(`an accent of ${accent} can be read on every ground, and what is written on it, too`, async () => {
    const found = tints(accent);
    assert.ok(found);
    for (const name of ['ground', 'raised', 'sunken']) {
      const ground = await token(name);
      assert.ok(contrast(found.light.accent, ground.light) >= 4.5, `${name} light`);
      assert.ok(contrast(found.dark.accent, ground.dark) >= 4.5, `${name} dark`);
    }
    for (const tint of [found.light, found.dark]) assert.ok(contrast(tint.accent, tint.ink) >= 4.5);
  });

test('an accent that can be read is left as it was chosen', () => {
  assert.equal(tints('#1a5fcc')?.light.accent, '#1a5fcc');
});

test('what is no colour is none', () => {
  for (const text of ['', 'red', '#12', '#12345', 'url(x)', '#1a5fccff'])
    assert.equal(tints(text), null);
});

test('the texts of the pages can be read on every ground', async () => {
  for (const ink of ['text', 'soft', 'accent', 'good', 'warn', 'bad'])
    for (const ground of ['ground', 'raised', 'sunken']) {
      const [above, below] = [await token(ink), await token(ground)];
      assert.ok(contrast(above.light, below.light) >= 4.5, `${ink} on ${ground}, light`);
      assert.ok(contrast(above.dark, below.dark) >= 4.5, `${ink} on ${ground}, dark`);
    }
});
