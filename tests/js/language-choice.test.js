import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namedLanguages } from '../../static/elements/language-choice.js';

test('languages are named in themselves, with a capital, in alphabetical order', () => {
  assert.deepEqual(namedLanguages(['es', 'en', 'de']), [
    { code: 'de', name: 'Deutsch' },
    { code: 'en', name: 'English' },
    { code: 'es', name: 'Español' },
  ]);
});
