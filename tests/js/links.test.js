import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { linkify } from '../../static/lib/links.js';

test('links are parts, and markup stays text', () => {
  assert.deepEqual(linkify('see https://a.example/x?y=1, ok'), [
    { text: 'see ' },
    { text: 'https://a.example/x?y=1', url: 'https://a.example/x?y=1' },
    { text: ', ok' },
  ]);
  assert.deepEqual(linkify('javascript:alert(1) <b>'), [{ text: 'javascript:alert(1) <b>' }]);
  assert.deepEqual(linkify('"https://a.example/"onclick="x'), [
    { text: '"' },
    { text: 'https://a.example/', url: 'https://a.example/' },
    { text: '"onclick="x' },
  ]);
});

for (const text of [
  'javascript:alert(1)',
  'JAVASCRIPT://x',
  'data:text/html,<script>1</script>',
  'vbscript:x',
  'file:///etc/passwd',
  '//evil.example',
  'xhttps:/one.example',
  '<img src=x onerror=alert(1)>',
])
  test(`no link is made of ${text}`, () => {
    assert.deepEqual(linkify(text), [{ text }]);
  });

test('the parts of a text are the text', () => {
  const text =
    '(see http://a.example/b_(c)), https://b.example/?q=%3Cb%3E#x. End https://c.example';
  const parts = linkify(text);
  assert.equal(parts.map((part) => part.text).join(''), text);
  for (const { url } of parts) if (url) assert.match(new URL(url).protocol, /^https?:$/);
  assert.equal(parts.filter(({ url }) => url).length, 3);
});

test('an address ends where a reader ends it', async () => {
  const cases = new URL('../link_cases.json', import.meta.url);
  for (const { text, links } of JSON.parse(await readFile(cases, 'utf8'))) {
    const parts = linkify(text);
    const found = parts.filter(({ url }) => url).map((part) => part.text);
    assert.deepEqual(found, links, text);
    assert.equal(parts.map((part) => part.text).join(''), text);
  }
});

test('an address without a scheme leads to the encrypted page', () => {
  assert.deepEqual(linkify('www.example.org'), [
    { text: 'www.example.org', url: 'https://www.example.org' },
  ]);
});
