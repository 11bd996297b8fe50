import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readable } from '../../static/widget/shade.js';

test('a colour that can be read stays as it is', () => {
  assert.deepEqual(readable('#1a5fcc', '#ffffff'), { colour: '#1a5fcc', ink: '#ffffff' });
});

test('a light colour is darkened on a light ground, and is left alone on a dark one', () => {
  assert.notEqual(readable('#ffd400', '#ffffff').colour, '#ffd400');
  assert.deepEqual(readable('#ffd400', '#14171c'), { colour: '#ffd400', ink: '#000000' });
});

test('a dark colour is lightened on a dark ground', () => {
  assert.equal(readable('#000000', '#14171c').ink, '#000000');
});
