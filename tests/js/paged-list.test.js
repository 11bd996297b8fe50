import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PagedList } from '../../static/console/lists/paged-list.js';
import { settled } from './world.js';

/** A list on a server with some conversations, which answers when it is told to. @param {number} count */
function listing(count) {
  /** @type {{fields: any, done: (page: any) => void, refuse: (error: Error) => void}[]} */
  const asked = [];
  const page = (/** @type {any} */ { limit, before }) => {
    const from = Number(before ?? 0);
    const ids = Array.from({ length: Math.min(limit, count - from) }, (_, index) => from + index);
    const next = from + limit < count ? String(from + limit) : null;
    return { conversations: ids.map((id) => ({ conversation: String(id), seq: 1 })), next };
  };
  const answer = async () => {
    const question = asked.shift();
    question?.done(page(question.fields));
    await settled();
  };
  const list = new PagedList(
    (fields) => new Promise((done, refuse) => asked.push({ fields, done, refuse })),
  );
  return { list, asked, answer };
}

test('a list is fetched page by page, each once', async () => {
  const { list, asked, answer } = listing(150);
  list.restart({ status: 'closed', whose: 'mine', text: '' });
  list.more();
  assert.equal(asked.length, 1);
  await answer();
  assert.deepEqual([list.items.length, list.isComplete], [100, false]);
  list.more();
  await answer();
  assert.deepEqual([list.items.length, list.isComplete], [150, true]);
  list.more();
  assert.equal(asked.length, 0);
});

test('the answer to former criteria is dropped', async () => {
  const { list, asked, answer } = listing(3);
  list.restart({ status: 'closed', whose: 'mine', text: 'old' });
  list.restart({ status: 'active', whose: 'all', text: '' });
  assert.deepEqual(
    asked.map(({ fields }) => fields.text),
    ['old', undefined],
  );
  await answer();
  assert.equal(list.items.length, 0);
  await answer();
  assert.equal(list.items.length, 3);
});

test('a failed page is fetched again on request', async () => {
  const { list, asked, answer } = listing(3);
  list.restart({ status: 'closed', whose: 'mine', text: '' });
  asked.shift()?.refuse(new Error('the line is dead'));
  await settled();
  assert.equal(list.problem, 'the line is dead');
  list.more();
  await answer();
  assert.deepEqual([list.items.length, list.problem], [3, '']);
});

test('a newer summary updates the row and keeps its excerpt', async () => {
  const { list, answer } = listing(2);
  list.restart({ status: 'closed', whose: 'mine', text: '' });
  await answer();
  list.items[0] = /** @type {any} */ ({ conversation: '0', seq: 1, excerpt: 'found' });
  assert.equal(list.refresh(/** @type {any} */ ({ conversation: '0', seq: 2 })), true);
  assert.deepEqual(list.items[0], { conversation: '0', seq: 2, excerpt: 'found' });
  assert.equal(list.refresh(/** @type {any} */ ({ conversation: '0', seq: 2 })), false);
  assert.equal(list.refresh(/** @type {any} */ ({ conversation: '9', seq: 2 })), false);
});
