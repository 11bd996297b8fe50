import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  conversationCommands,
  nextToAnswer,
  placeCommands,
  workCommands,
} from '../../static/console/keys/commands.js';
import { Words } from '../../static/lib/i18n.js';

const WORDS = new Words('en', {});
const nothing = () => undefined;

/** @param {import('../../static/console/keys/commands.js').Command[]} commands */
const offered = (commands) => commands.filter((each) => each.isOffered).map(({ name }) => name);

/**
 * @param {string} conversation
 * @param {number} at of the last message
 * @param {'customer'|'technician'} role of its author
 * @returns {any}
 */
function talk(conversation, at, role = 'customer') {
  const author = { role, id: role, name: role };
  return {
    summary: { conversation, status: 'active', last: { text: '', at, author } },
    log: { events: [{ kind: 'message', at, seq: 1, author }] },
  };
}

test('the next conversation to answer is the one that waits longest, except the current one', () => {
  const own = [talk('c1', 30), talk('c2', 10), talk('c3', 20), talk('c4', 5, 'technician')];
  assert.equal(nextToAnswer(own, null), 'c2');
  assert.equal(nextToAnswer(own, 'c2'), 'c3');
  assert.equal(nextToAnswer([talk('c4', 5, 'technician')], null), undefined);
});

test('only commands that are possible now are offered', () => {
  const acts = {
    accept: nothing,
    decline: nothing,
    open: nothing,
    showLists: nothing,
    setStatus: nothing,
  };
  const now = { me: { id: 'bob', status: 'away' }, waiting: 0, offered: undefined, next: 'c2' };
  assert.deepEqual(offered(workCommands(WORDS, now, acts)), [
    'command.next',
    'command.status',
    'command.status',
    'command.lists',
  ]);
});

test('a conversation of a colleague can be taken over, but not transferred or closed', () => {
  const acts = {
    reply: nothing,
    transfer: nothing,
    end: nothing,
    takeOver: nothing,
    showDetails: nothing,
    hide: nothing,
  };
  const now = { isShown: true, isMine: false, mayTakeOver: true };
  assert.deepEqual(offered(conversationCommands(WORDS, now, acts)), [
    'command.takeOver',
    'command.details',
    'command.hide',
  ]);
});

test('a technician without further rights is offered no other page', () => {
  assert.deepEqual(offered(placeCommands(WORDS, {})), []);
  assert.equal(offered(placeCommands(WORDS, { supervises: true })).length, 1);
});
