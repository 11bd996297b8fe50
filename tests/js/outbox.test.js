import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Outbox } from '../../static/lib/outbox.js';
import { storage } from './world.js';

/** @param {string} id */
function message(id) {
  return { id, conversation: 'c1', text: id, at: 1 };
}

test('a message survives a reload', () => {
  const kept = storage();
  new Outbox(kept, 'o').add(message('a'));
  assert.deepEqual(new Outbox(kept, 'o').messages, [message('a')]);
});

test('a refused message survives a reload with its reason', () => {
  const kept = storage();
  const outbox = new Outbox(kept, 'o');
  outbox.add(message('a'));
  outbox.mark('a', 'too long');
  assert.equal(new Outbox(kept, 'o').messages[0]?.failed, 'too long');
  outbox.mark('a', undefined);
  assert.equal(new Outbox(kept, 'o').messages[0]?.failed, undefined);
});

test('two tabs keep each other’s unsent messages', () => {
  const kept = storage();
  const [one, two] = [new Outbox(kept, 'o'), new Outbox(kept, 'o')];
  one.add(message('a'));
  two.add(message('b'));
  one.remove('a');
  assert.deepEqual(new Outbox(kept, 'o').messages, [message('b')]);
  assert.deepEqual([one.messages, two.messages], [[], [message('b')]]);
});

test('an empty outbox leaves nothing in the storage', () => {
  const kept = storage();
  const outbox = new Outbox(kept, 'o');
  outbox.add(message('a'));
  outbox.opening = { id: 'x', fields: {} };
  outbox.remove('a');
  outbox.opening = null;
  assert.equal(kept.kept.size, 0);
});

for (const broken of ['', '{', 'null', '{"a":1}', '7'])
  test(`a stored value of ${JSON.stringify(broken)} is an empty outbox`, () => {
    const kept = storage();
    kept.setItem('o', broken);
    kept.setItem('o.opening', broken);
    const outbox = new Outbox(kept, 'o');
    assert.deepEqual([outbox.messages, outbox.opening], [[], null]);
  });

test('unsent messages are kept per technician on a shared computer', () => {
  const store = storage();
  const bobs = new Outbox(store, 'box');
  bobs.setOwner('bob');
  bobs.add({ id: '1', conversation: 'c1', text: 'from Bob', at: 1 });
  const later = new Outbox(store, 'box');
  later.setOwner('cat');
  assert.deepEqual(later.messages, []);
  later.setOwner('bob');
  assert.deepEqual(
    later.messages.map(({ text }) => text),
    ['from Bob'],
  );
});
