import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blocks } from '../../static/lib/text-blocks.js';

/** What kinds of blocks a text has. @param {string} text */
function kinds(text) {
  return blocks(text).map(({ kind }) => kind);
}

test('fenced code stays as it was written', () => {
  assert.deepEqual(blocks('See:\n```python\nif x:\n\n    y\n```\nWell?'), [
    { kind: 'text', runs: [{ text: 'See:' }] },
    { kind: 'code', text: 'if x:\n\n    y' },
    { kind: 'text', runs: [{ text: 'Well?' }] },
  ]);
});

test('a fence that is not closed reaches to the end', () => {
  assert.deepEqual(blocks('```\na\nb'), [{ kind: 'code', text: 'a\nb' }]);
  assert.deepEqual(kinds('what is ``` for?\n```'), ['text']);
});

test('commands are separated from their prompts and grouped', () => {
  assert.deepEqual(blocks('$ cat /etc/os-release\nsudo apt update\nPS C:\\> ipconfig'), [
    {
      kind: 'command',
      lines: [
        { prompt: '$', text: 'cat /etc/os-release' },
        { prompt: '', text: 'sudo apt update' },
        { prompt: 'PS C:\\>', text: 'ipconfig' },
      ],
    },
  ]);
});

for (const text of [
  'sudo is a command',
  'sudo apt or sudo dnf?',
  'You need sudo apt update',
  '$ 5 is the price',
  '$5',
  'C:\\ is full',
  '# not a prompt',
  '>.<',
  '>:-(',
])
  test(`no block is made of ${text}`, () => {
    assert.deepEqual(blocks(text), [{ kind: 'text', runs: [{ text }] }]);
  });

test('quotes lose their marks and keep links and code', () => {
  assert.deepEqual(blocks('> try `ping`\n> https://a.example\nDone'), [
    {
      kind: 'quote',
      runs: [
        { text: 'try ' },
        { text: 'ping', code: true },
        { text: '\n' },
        { text: 'https://a.example', url: 'https://a.example' },
      ],
    },
    { kind: 'text', runs: [{ text: 'Done' }] },
  ]);
});

test('code has no links, and markup stays text', () => {
  assert.deepEqual(blocks('`https://a.example` <b>'), [
    { kind: 'text', runs: [{ text: 'https://a.example', code: true }, { text: ' <b>' }] },
  ]);
});
