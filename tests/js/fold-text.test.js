import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foldText } from '../../static/lib/fold-text.js';

test('a long text is cut at the end of a line, a short one is not', () => {
  const lines = Array.from({ length: 5_000 }, (_, number) => `line ${number}`);
  const shown = foldText(lines.join('\n')).split('\n');
  assert.deepEqual(shown, lines.slice(0, shown.length));
  assert.ok(shown.length < 30);
  assert.equal(foldText('a\nb\nc'), 'a\nb\nc');
});

test('a line without an end is cut between two characters', () => {
  const shown = foldText('🙂'.repeat(5_000));
  assert.ok(shown.length < 5_000);
  assert.equal(shown, '🙂'.repeat(shown.length / 2));
  assert.equal(foldText(`x${'🙂'.repeat(5_000)}`).length % 2, 1);
});
