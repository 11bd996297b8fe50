import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { contrast, tints } from '../../static/lib/colour.js';

const ACCENTS = [
  '#1a5fcc',
  '#fff',
  '#000',
  '#ffeb3b',
  '#ffe600',
  '#00ff00',
  '#e91e63',
  '#777777',
  '#0b6e4f',
];

/** Light and dark of a token of tokens.css. @param {string} name */
async function token(name) {
  const css = await readFile(new URL('../../static/tokens.css', import.meta.url), 'utf8');
  const [, light = '', dark = ''] =
    new RegExp(`--${name}: light-dark\\((#\\w+), (#\\w+)\\)`).exec(css) ?? [];
  return { light, dark };
}

test('contrast is computed as WCAG defines it', () => {
  assert.equal(contrast('#000', '#fff'), 21);
  assert.equal(contrast('#1a5fcc', '#1a5fcc'), 1);
  assert.equal(contrast('#767676', '#ffffff').toFixed(2), '4.54');
});

for (const accent of ACCENTS)
  test(`the accent ${accent} is legible on every ground, and so is text on it`, async () => {
    const found = tints(accent);
    assert.ok(found);
    for (const name of ['ground', 'raised', 'sunken']) {
      const ground = await token(name);
      assert.ok(contrast(found.light, ground.light) >= 4.5, `${name} light`);
      assert.ok(contrast(found.dark, ground.dark) >= 4.5, `${name} dark`);
    }
    assert.ok(contrast(found.fill, found.ink) >= 4.5);
  });

test('a legible accent is not changed', () => {
  assert.equal(tints('#1a5fcc')?.light, '#1a5fcc');
});

test('a bright accent stays as it was chosen, with black text on it', () => {
  const { fill, ink } = tints('#ffe600') ?? {};
  assert.deepEqual([fill, ink], ['#ffe600', '#000000']);
});

test('a text that is no colour gives none', () => {
  for (const text of ['', 'red', '#12', '#12345', 'url(x)', '#1a5fccff'])
    assert.equal(tints(text), null);
});

test('the text colours of the pages are legible on every ground', async () => {
  for (const ink of ['text', 'soft', 'accent', 'good', 'warn', 'bad'])
    for (const ground of ['ground', 'raised', 'sunken']) {
      const [above, below] = [await token(ink), await token(ground)];
      assert.ok(contrast(above.light, below.light) >= 4.5, `${ink} on ${ground}, light`);
      assert.ok(contrast(above.dark, below.dark) >= 4.5, `${ink} on ${ground}, dark`);
    }
});
