import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mailFates } from '../../static/lib/mail-fate.js';

/** @param {Record<string, any>[]} events */
const fates = (...events) =>
  Object.fromEntries(mailFates(events.map((each, index) => event({ seq: index + 1, ...each }))));

/** @param {Record<string, any>} fields @returns {any} */
const event = (fields) => ({ author: { role: 'system' }, ...fields });

const said = { kind: 'message', author: { role: 'technician' } };
const asked = { kind: 'message', author: { role: 'customer' } };
const mailed = { kind: 'mailed', mail: '<1>', to: 'ann@example.net', first: 2, through: 3 };

test('each message that a letter carried tells where it went', () => {
  const to = 'ann@example.net';
  assert.deepEqual(fates(asked, said, said, mailed, said), { 2: { to }, 3: { to } });
});

test('a bounce is told at the messages of its own letter', () => {
  const later = { kind: 'mailed', mail: '<2>', to: 'ann@example.net', first: 5, through: 5 };
  const bounced = { kind: 'bounced', mail: '<1>', status: '5.1.1', through: 3 };
  const found = fates(asked, said, said, mailed, said, later, bounced);
  assert.equal(found[2]?.status, '5.1.1');
  assert.equal(found[3]?.status, '5.1.1');
  assert.equal(found[5]?.status, undefined);
});

test('a report that names no letter is about the newest', () => {
  const bounced = { kind: 'bounced', mail: '', status: '5.2.2', through: 4 };
  assert.equal(fates(asked, said, said, mailed, bounced)[3]?.status, '5.2.2');
});

test('a letter that no server took is about the words until then', () => {
  const bounced = { kind: 'bounced', mail: '<1>', status: '5.0.0', through: 2 };
  assert.deepEqual(Object.keys(fates(asked, said, bounced, said)), ['2']);
});
