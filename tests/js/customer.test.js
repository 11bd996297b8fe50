import assert from 'node:assert/strict';
import { test } from 'node:test';

import { openStorage } from '../../static/lib/storage.js';
import { attributes, Customer } from '../../static/widget/customer.js';

/** @param {string} sub */
const identity = (sub) => `x.${btoa(JSON.stringify({ sub }))}.x`;
const nowhere = () => {
  throw new Error('there is no storage');
};

test('whoever comes without a name is known by the token that is kept', () => {
  const storage = openStorage(nowhere);
  new Customer(storage, {}).known('secret');
  assert.equal(new Customer(storage, {}).hello('/').token, 'secret');
});

test('somebody whom the host page vouches for is not taken for who was here before', () => {
  const storage = openStorage(nowhere);
  const before = new Customer(storage, {});
  before.known('secret');
  before.storage.setItem('question', 'what only they may see');
  const ann = new Customer(storage, { identity: identity('ann') });
  assert.equal(ann.hello('/').token, undefined);
  assert.equal(ann.hello('/').identity, identity('ann'));
  assert.equal(ann.storage.getItem('question'), null);
});

test('nothing that lets one in stays behind of somebody whom the host page vouches for', () => {
  const storage = openStorage(nowhere);
  const ann = new Customer(storage, { identity: identity('ann') });
  ann.known('secret');
  assert.equal(ann.hello('/').token, 'secret');
  assert.equal(new Customer(storage, { identity: identity('ann') }).hello('/').token, undefined);
});

test('a new token for the same person is no other person', () => {
  const ann = new Customer(openStorage(nowhere), { identity: identity('ann') });
  assert.equal(ann.isStill({ identity: `${identity('ann')}y` }), true);
  assert.equal(ann.isStill({ identity: identity('eve') }), false);
  assert.equal(ann.isStill({}), false);
});

test('what the host page tells of its customer fits on the wire', () => {
  assert.deepEqual(attributes('{"plan": "pro", "seats": 3}'), { plan: 'pro', seats: '3' });
  assert.deepEqual(attributes('no json'), {});
  const many = Object.fromEntries(
    Array.from({ length: 30 }, (_, n) => [`key${n}`, 'x'.repeat(300)]),
  );
  const told = attributes(many);
  assert.equal(Object.keys(told).length, 20);
  assert.equal(told.key0?.length, 200);
});
