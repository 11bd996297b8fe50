import { sitePages } from '../../lib/site-pages.js';
import { turnOf } from '../lists/conversation-order.js';
import { printed } from './key-names.js';

/** @typedef {import('../../lib/i18n.js').Words} Words */
/** @typedef {import('../../lib/session.js').Conversation} Conversation */
/** @typedef {import('../preferences.js').Preferences} Preferences */

/**
 * An action of the technician, run by keys or from the palette.
 *
 * @typedef {object} Command
 * @property {string} name its label
 * @property {string} [keys]
 * @property {boolean} isOffered true if it is possible now
 * @property {boolean} [isHidden] true if the palette leaves it out, because it has the same action already
 * @property {() => void} run
 */

/**
 * Return the commands for the technician's work as a whole.
 *
 * @param {Words} words
 * @param {object} now
 * @param {{id: string, status: string}} now.me
 * @param {number} now.waiting the number of customers in the queue
 * @param {string|undefined} now.offered the conversation that is offered
 * @param {string|undefined} now.next the conversation to answer next
 * @param {object} acts
 * @param {() => void} acts.accept takes the next customer
 * @param {(id: string) => void} acts.decline
 * @param {(id: string) => void} acts.open
 * @param {() => void} acts.showLists
 * @param {(status: string) => void} acts.setStatus
 * @returns {Command[]}
 */
export function workCommands(words, { me, waiting, offered, next }, acts) {
  const status = (/** @type {string} */ wanted) => ({
    name: words.say('command.status', { status: words.say(wanted) }),
    isOffered: me.id !== '' && me.status !== wanted,
    run: () => acts.setStatus(wanted),
  });
  return [
    {
      name: words.say('command.accept'),
      keys: 'Alt+A',
      isOffered: offered !== undefined || waiting > 0,
      run: acts.accept,
    },
    {
      name: words.say('command.decline'),
      isOffered: offered !== undefined,
      run: () => offered && acts.decline(offered),
    },
    {
      name: words.say('command.next'),
      keys: 'Alt+N',
      isOffered: next !== undefined,
      run: () => next && acts.open(next),
    },
    ...['online', 'away', 'offline'].map(status),
    {
      name: words.say('command.lists'),
      keys: 'Alt+L',
      isOffered: true,
      run: acts.showLists,
    },
  ];
}

/**
 * Return the commands for the current conversation.
 *
 * @param {Words} words
 * @param {object} now
 * @param {boolean} now.isShown true if there is a current conversation
 * @param {boolean} now.isMine
 * @param {boolean} now.mayTakeOver
 * @param {Record<'reply'|'transfer'|'end'|'takeOver'|'showDetails'|'hide', () => void>} acts
 * @returns {Command[]}
 */
export function conversationCommands(words, { isShown, isMine, mayTakeOver }, acts) {
  return [
    { name: words.say('command.reply'), keys: 'Alt+R', isOffered: isMine, run: acts.reply },
    { name: words.say('command.transfer'), keys: 'Alt+T', isOffered: isMine, run: acts.transfer },
    { name: words.say('command.end'), keys: 'Alt+X', isOffered: isMine, run: acts.end },
    { name: words.say('command.takeOver'), isOffered: mayTakeOver, run: acts.takeOver },
    {
      name: words.say('command.details'),
      keys: 'Alt+I',
      isOffered: isShown,
      run: acts.showDetails,
    },
    { name: words.say('command.hide'), keys: 'Alt+H', isOffered: isShown, run: acts.hide },
  ];
}

/**
 * Return the commands that open the other pages for technicians.
 *
 * @param {Words} words
 * @param {import('../../lib/site-pages.js').Rights} rights
 * @returns {Command[]}
 */
export function placeCommands(words, rights) {
  return sitePages(rights)
    .filter((page) => page !== 'console')
    .map((page) => ({
      name: words.say('command.open', { place: words.say(`place.${page}`) }),
      isOffered: true,
      run: () => location.assign(`/${page}`),
    }));
}

/**
 * Return the commands for preferences, help and theme.
 *
 * @param {Words} words
 * @param {Preferences} preferences
 * @param {object} acts
 * @param {() => void} acts.testAlerts
 * @param {() => void} acts.showShortcuts
 * @param {() => void} acts.openPalette
 * @param {(theme: 'system'|'light'|'dark') => void} acts.chooseTheme
 * @returns {Command[]}
 */
export function preferenceCommands(words, preferences, acts) {
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
    run: () => acts.chooseTheme(wanted),
  });
  return [
    { name: words.say('testAlerts'), isOffered: true, run: acts.testAlerts },
    {
      name: words.say('shortcuts'),
      keys: '?',
      isOffered: true,
      run: acts.showShortcuts,
    },
    {
      name: words.say('shortcuts'),
      keys: 'Ctrl+/',
      isOffered: true,
      isHidden: true,
      run: acts.showShortcuts,
    },
    {
      name: words.say('palette'),
      keys: 'Ctrl+K',
      isOffered: true,
      isHidden: true,
      run: acts.openPalette,
    },
    theme('system', words.say('themeSystem')),
    theme('light', words.say('themeLight')),
    theme('dark', words.say('themeDark')),
    turn('switchWarning'),
    turn('questionMark'),
  ];
}

/**
 * Return the own conversation that waits longest for an answer, other than the current one.
 *
 * @param {Conversation[]} own
 * @param {string|null} current
 */
export function nextToAnswer(own, current) {
  const [next] = own
    .map((conversation) => ({ conversation, ...turnOf(conversation) }))
    .filter(
      ({ turn, conversation }) => turn === 'mine' && conversation.summary.conversation !== current,
    )
    .sort((a, b) => a.since - b.since);
  return next?.conversation.summary.conversation;
}
