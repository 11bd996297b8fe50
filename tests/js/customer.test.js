import assert from 'node:assert/strict';
import { test } from 'node:test';

import { openStorage } from '../../static/lib/storage.js';
import { attributes, Customer } from '../../static/widget/customer.js';

/** @param {string} sub */
const identity = (sub) => `x.${btoa(JSON.stringify({ sub }))}.x`;
const nowhere = () => {
  throw new Error('there is no storage');
};

test('an anonymous customer is known by the stored token', () => {
  const storage = openStorage(nowhere);
  new Customer(storage, {}).known('secret');
  assert.equal(new Customer(storage, {}).hello('/').token, 'secret');
});

test('an identified customer does not use the token of a former one', () => {
  const storage = openStorage(nowhere);
  const before = new Customer(storage, {});
  before.known('secret');
  before.storage.setItem('question', 'what only they may see');
  const ann = new Customer(storage, { identity: identity('ann') });
  assert.equal(ann.hello('/').token, undefined);
  assert.equal(ann.hello('/').identity, identity('ann'));
  assert.equal(ann.storage.getItem('question'), null);
});

test('no token of an identified customer is stored', () => {
  const storage = openStorage(nowhere);
  const ann = new Customer(storage, { identity: identity('ann') });
  ann.known('secret');
  assert.equal(ann.hello('/').token, 'secret');
  assert.equal(new Customer(storage, { identity: identity('ann') }).hello('/').token, undefined);
});

test('a new identity token of the same subject is the same customer', () => {
  const ann = new Customer(openStorage(nowhere), { identity: identity('ann') });
  assert.equal(ann.isStill({ identity: `${identity('ann')}y` }), true);
  assert.equal(ann.isStill({ identity: identity('eve') }), false);
  assert.equal(ann.isStill({}), false);
});

test('attributes of the host page are cut to the limits of the protocol', () => {
  assert.deepEqual(attributes('{"plan": "pro", "seats": 3}'), { plan: 'pro', seats: '3' });
  assert.deepEqual(attributes('no json'), {});
  const many = Object.fromEntries(
    Array.from({ length: 30 }, (_, n) => [`key${n}`, 'x'.repeat(300)]),
  );
  const told = attributes(many);
  assert.equal(Object.keys(told).length, 20);
  assert.equal(told.key0?.length, 200);
});
