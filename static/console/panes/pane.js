import { build } from '../../elements/dom.js';
import { receiveFiles } from '../../elements/dropped-files.js';
import { MessageList } from '../../elements/message-list.js';
import { turnOf } from '../lists/conversation-order.js';
import { Letters } from './letters.js';
import { pairingExplanation } from './pairing-explanation.js';

/** @typedef {import('../../lib/session.js').Conversation} Conversation */

/** The pane of one conversation: header, messages and composer. */
export class Pane {
  usedAt = performance.now();
  isMine = false;
  /**
   * True between taking the conversation and the server's confirmation; then the composer gets the
   * focus.
   */
  #isTaken = false;

  /**
   * @param {string} id
   * @param {object} needs
   * @param {import('../../lib/i18n.js').Words} needs.words
   * @param {import('../../lib/technician-session.js').TechnicianSession} needs.session
   * @param {import('./pane-header.js').PaneHeader} needs.header
   * @param {import('./pane-composer.js').PaneComposer} needs.writing
   * @param {import('./read-only-bar.js').ReadOnlyBar} needs.readOnly
   * @param {import('./conversation-follower.js').ConversationFollower} needs.follower
   * @param {(id: string) => number|null} needs.numberOf the number of its shortcut
   * @param {() => void} needs.onused called when the focus comes into the pane
   */
  constructor(id, { words, session, header, writing, readOnly, follower, numberOf, onused }) {
    this.id = id;
    this.words = words;
    this.session = session;
    this.header = header;
    this.letters = new Letters(id, words, session);
    this.list = this.#makeList();
    this.writing = writing;
    this.readOnly = readOnly;
    this.follower = follower;
    this.numberOf = numberOf;
    this.onused = onused;
    this.element = this.#makeElement();
    this.#askWhoItIs();
  }

  /** @param {boolean} isCurrent */
  update(isCurrent) {
    const { session } = this;
    const conversation = session.conversations.get(this.id);
    if (!conversation) return;
    const { summary } = conversation;
    // Read before the composer is hidden, which would take the focus.
    const hadFocus = this.writing.element.contains(document.activeElement);
    this.isMine = summary.status === 'active' && summary.technician?.id === session.me.id;
    const { turn, since } = turnOf(conversation);
    const waitsSince = this.isMine && turn === 'mine' ? since : null;
    this.element.classList.toggle('current', isCurrent);
    this.header.update(summary, {
      isMine: this.isMine,
      number: this.numberOf(this.id),
      waitsSince,
      colleague: nameOf(conversation.colleague),
    });
    this.element.setAttribute('aria-label', this.header.label);
    this.letters.update(conversation, this.isMine);
    this.#showList(conversation);
    this.writing.update(this.isMine);
    if (this.#isTaken && this.isMine) this.#beginToWrite();
    this.readOnly.show(summary, this.isMine);
    if (hadFocus && !this.isMine) this.list.focus();
    if (isCurrent && document.visibilityState === 'visible') session.markRead(this.id);
    void this.follower.keepUp(this.isMine);
  }

  focus() {
    if (this.isMine) this.writing.focus();
    else this.list.focus();
  }

  /**
   * Move the focus to the composer after the conversation was taken. The server's confirmation may
   * arrive later; then the focus moves when it has.
   */
  focusToWrite() {
    this.#isTaken = !this.isMine;
    this.focus();
  }

  /** Remove the pane. */
  end() {
    this.writing.end();
    this.follower.end();
    this.element.remove();
  }

  /** Focus the composer, unless the technician has moved the focus to another conversation. */
  #beginToWrite() {
    this.#isTaken = false;
    const { activeElement, body } = document;
    if (activeElement === body || this.element.contains(activeElement)) this.writing.focus();
  }

  /** @param {Conversation} conversation */
  #showList({ summary, log, typing }) {
    const { words, session } = this;
    this.list.show({
      events: log.events,
      outgoing: session.outgoing(this.id),
      side: 'technician',
      explain: (why) => pairingExplanation(words, why),
      details: (event) => this.letters.details(event),
      readBy: summary.read.customer,
      seen: summary.read.technician,
      typing: nameOf(typing, words.say('customer')) || null,
      hasEarlier: log.hasEarlier,
      files: session.files,
      words,
      topics: session.welcome.topics,
    });
  }

  #makeElement() {
    const element = build(
      'section',
      {
        className: 'pane',
        'data-conversation': this.id,
        onfocusin: () => this.#used(),
      },
      this.header.element,
      this.list,
      build('footer', {}, this.readOnly.element, this.writing.element),
    );
    receiveFiles(element, {
      may: () => this.isMine,
      hint: () => this.words.say('dropHere'),
      take: (files) => this.writing.sendFiles(files),
    });
    return element;
  }

  #used() {
    this.usedAt = performance.now();
    this.onused();
  }

  #makeList() {
    const { session } = this;
    const list = new MessageList();
    list.addEventListener('retry', (event) => session.retry(detail(event)));
    list.addEventListener('discard', (event) => session.discard(detail(event)));
    list.addEventListener('earlier', () => session.loadEarlier(this.id).catch(() => undefined));
    return list;
  }

  /** Ask whether the host page has verified the customer's identity, and show it. */
  async #askWhoItIs() {
    const { session } = this;
    const asked = session.request('customer', { conversation: this.id });
    const { customer } = await asked.catch(() => ({ customer: null }));
    this.header.verified.hidden = !customer?.verified;
  }
}

/**
 * Return the name of a participant who is typing, empty after the indication has expired.
 *
 * @param {{name: string, until: number}|null|undefined} typing
 * @param {string} [unnamed]
 */
function nameOf(typing, unnamed = '') {
  return typing && typing.until > Date.now() ? typing.name || unnamed : '';
}

/** @param {Event} event */
function detail(event) {
  return /** @type {CustomEvent} */ (event).detail;
}
