import { standing } from '../lists/conversation-order.js';
import { transferDialog } from '../transfer/transfer-dialog.js';
import { printed } from './key-names.js';

/** @typedef {import('../console.js').Desk} Desk */

/**
 * Something that a technician can do: by its keys, or from the palette.
 *
 * @typedef {object} Command
 * @property {string} name how it is called, in words
 * @property {string} [keys]
 * @property {boolean} isOffered whether it makes sense now
 * @property {boolean} [isHidden] whether the palette leaves it out, because it is there already
 * @property {() => void} run
 */

/** Everything that can be done now. @param {Desk} desk @returns {Command[]} */
export function commands(desk) {
  return [...work(desk), ...here(desk), ...places(desk), ...choices(desk)];
}

/** What concerns all conversations. @param {Desk} desk @returns {Command[]} */
function work(desk) {
  const { words, lists, me, offers } = desk;
  const { first } = offers;
  const next = nextForMe(desk);
  const status = (/** @type {string} */ wanted) => ({
    name: words.say('command.status', { status: words.say(wanted) }),
    isOffered: me.id !== '' && me.status !== wanted,
    run: () => desk.chooseStatus(wanted),
  });
  return [
    {
      name: words.say('command.accept'),
      keys: 'Alt+A',
      isOffered: first !== undefined || lists.queue().length > 0,
      run: () => desk.acceptNext(),
    },
    {
      name: words.say('command.decline'),
      isOffered: first !== undefined,
      run: () => first && offers.decline(first),
    },
    {
      name: words.say('command.next'),
      keys: 'Alt+N',
      isOffered: next !== undefined,
      run: () => next && desk.panes.open(next),
    },
    ...['online', 'away', 'offline'].map(status),
    {
      name: words.say('command.lists'),
      keys: 'Alt+L',
      isOffered: true,
      run: () => desk.panes.leave(),
    },
  ];
}

/** What concerns the current conversation. @param {Desk} desk @returns {Command[]} */
function here(desk) {
  const { words, panes, session } = desk;
  const id = panes.current ?? '';
  const pane = panes.pane(id);
  const isMine = pane?.isMine ?? false;
  const summary = session.conversations.get(id)?.summary;
  return [
    {
      name: words.say('command.reply'),
      keys: 'Alt+R',
      isOffered: isMine,
      run: () => pane?.writing.suggestReplies(),
    },
    {
      name: words.say('command.transfer'),
      keys: 'Alt+T',
      isOffered: isMine,
      run: () => transferDialog(desk, id),
    },
    {
      name: words.say('command.end'),
      keys: 'Alt+X',
      isOffered: isMine,
      run: () => pane?.header.askToEnd(),
    },
    {
      name: words.say('command.takeOver'),
      isOffered: Boolean(session.welcome.supervises && summary?.status === 'active' && !isMine),
      run: () => desk.noticeBar.attempt(() => desk.opener.takeOver(id)),
    },
    {
      name: words.say('command.details'),
      keys: 'Alt+I',
      isOffered: pane !== undefined,
      run: () => panes.showDetails(id),
    },
    {
      name: words.say('command.hide'),
      keys: 'Alt+H',
      isOffered: pane !== undefined,
      run: () => panes.hide(id),
    },
  ];
}

/** Where else one may go. @param {Desk} desk @returns {Command[]} */
function places({ words, session }) {
  const { supervises, administers } = session.welcome;
  const go = (/** @type {string} */ place, /** @type {unknown} */ may) => ({
    name: words.say('command.open', { place: words.say(`place.${place}`) }),
    isOffered: Boolean(may),
    run: () => location.assign(`/${place}`),
  });
  return [go('supervision', supervises), go('administration', administers)];
}

/** How one likes it. @param {Desk} desk @returns {Command[]} */
function choices(desk) {
  const { words, preferences } = desk;
  const turn = (/** @type {import('../preferences.js').Preference} */ name) => ({
    name: words.say(`command.${name}.${preferences.isOn(name) ? 'off' : 'on'}`, {
      keys: printed('Ctrl+/', words),
    }),
    isOffered: true,
    run: () => preferences.turn(name),
  });
  const theme = (/** @type {'system'|'light'|'dark'} */ wanted, /** @type {string} */ called) => ({
    name: words.say('command.theme', { theme: called }),
    isOffered: true,
    run: () => desk.top.theme.choose(wanted),
  });
  return [
    { name: words.say('testAlerts'), isOffered: true, run: () => desk.testAlerts() },
    {
      name: words.say('shortcuts'),
      keys: '?',
      isOffered: true,
      run: () => desk.showShortcuts(),
    },
    {
      name: words.say('shortcuts'),
      keys: 'Ctrl+/',
      isOffered: true,
      isHidden: true,
      run: () => desk.showShortcuts(),
    },
    {
      name: words.say('palette'),
      keys: 'Ctrl+K',
      isOffered: true,
      isHidden: true,
      run: () => desk.palette.open(),
    },
    theme('system', words.say('themeSystem')),
    theme('light', words.say('themeLight')),
    theme('dark', words.say('themeDark')),
    turn('switchWarning'),
    turn('questionMark'),
  ];
}

/** Who has waited longest for an answer of mine, other than who is before me. @param {Desk} desk */
function nextForMe({ lists, panes }) {
  const [next] = lists
    .own()
    .map((conversation) => ({ conversation, ...standing(conversation) }))
    .filter(
      ({ turn, conversation }) =>
        turn === 'mine' && conversation.summary.conversation !== panes.current,
    )
    .sort((a, b) => a.since - b.since);
  return next?.conversation.summary.conversation;
}
