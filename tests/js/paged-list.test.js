import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deadline, localTime, when } from '../../static/console/date-format.js';
import { PagedList } from '../../static/console/lists/paged-list.js';
import { moveBy, scrollFor, visibleRows } from '../../static/console/lists/virtual-window.js';
import { settled } from './world.js';

const NOON = Date.UTC(2026, 10, 25, 12);
const HOUR = 3_600_000;

test('only visible rows and a few beside them exist', () => {
  const view = { top: 6_400, height: 640, row: 64, count: 5_000, spare: 5 };
  assert.deepEqual(visibleRows(view), { first: 95, end: 115 });
  assert.deepEqual(visibleRows({ ...view, top: 0 }), { first: 0, end: 15 });
  assert.deepEqual(visibleRows({ ...view, top: 64 * 4_990 }), { first: 4_985, end: 5_000 });
  assert.deepEqual(visibleRows({ ...view, count: 0 }), { first: 0, end: 0 });
  assert.deepEqual(visibleRows({ ...view, top: -20, count: 3 }), { first: 0, end: 3 });
});

test('a row is scrolled into view by the shortest way', () => {
  const view = { top: 640, height: 320, row: 64 };
  assert.equal(scrollFor(12, view), 640);
  assert.equal(scrollFor(2, view), 128);
  assert.equal(scrollFor(20, view), 1_024);
});

test('keys move within the list', () => {
  const list = { active: 3, count: 10, page: 5 };
  assert.equal(moveBy('ArrowDown', list), 4);
  assert.equal(moveBy('PageDown', list), 8);
  assert.equal(moveBy('PageDown', { ...list, active: 8 }), 9);
  assert.equal(moveBy('PageUp', list), 0);
  assert.equal(moveBy('Home', list), 0);
  assert.equal(moveBy('End', list), 9);
  assert.equal(moveBy('ArrowDown', { ...list, active: -1 }), 0);
  assert.equal(moveBy('ArrowDown', { ...list, count: 0 }), null);
  assert.equal(moveBy('a', list), null);
});

test('local time is that of the customer’s zone', () => {
  assert.equal(localTime(NOON, 'Asia/Tokyo', 'en-GB'), 'Wed 21:00');
  assert.equal(localTime(NOON, 'America/Los_Angeles', 'en-GB'), 'Wed 04:00');
  assert.equal(localTime(NOON, 'Nowhere/At_All', 'en'), '');
});

test('a deadline shows the weekday if it is not today, and the date if it is far', () => {
  assert.match(deadline(NOON + 60_000, 'en-GB', NOON), /^\d\d:01$/);
  assert.match(deadline(NOON + 48 * HOUR, 'en-GB', NOON), /^Fri \d\d:00$/);
  assert.match(deadline(NOON + 240 * HOUR, 'en-GB', NOON), /^5 Dec,? (at )?\d\d:00$/);
  assert.match(when(NOON, 'en-GB', NOON), /^\d\d:00$/);
  assert.equal(when(NOON - 48 * HOUR, 'en-GB', NOON), '23 Nov');
  assert.equal(when(NOON - 366 * 24 * HOUR, 'en-GB', NOON), '24 Nov 2025');
});

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
