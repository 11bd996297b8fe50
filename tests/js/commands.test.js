import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  conversationCommands,
  nextToAnswer,
  placeCommands,
  workCommands,
} from '../../static/console/keys/commands.js';
import { Words } from '../../static/lib/i18n.js';
import { sitePages } from '../../static/lib/site-pages.js';

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

test('the palette opens each other page that a technician may open', () => {
  const words = new Words('en', {
    'command.open': 'Open {place}',
    'place.supervision': 'Supervision',
    'place.administration': 'Administration',
  });
  assert.deepEqual(offered(placeCommands(words, {})), []);
  assert.deepEqual(offered(placeCommands(words, { supervises: true })), ['Open Supervision']);
  const all = placeCommands(words, { supervises: true, administers: true });
  assert.deepEqual(offered(all), ['Open Supervision', 'Open Administration']);
});

test('links and palette have the same pages', () => {
  const names = new Words('en', { 'command.open': '{place}' });
  for (const rights of [{}, { supervises: true }, { supervises: true, administers: true }])
    assert.deepEqual(
      ['place.console', ...offered(placeCommands(names, rights))],
      sitePages(rights).map((page) => `place.${page}`),
    );
});
