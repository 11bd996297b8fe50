import { build } from '../../elements/dom.js';
import { receiveFiles } from '../../elements/dropped-files.js';
import { MessageList } from '../../elements/message-list.js';
import { standing } from '../lists/conversation-order.js';
import { ConversationFollower } from './conversation-follower.js';
import { pairingExplanation } from './pairing-explanation.js';
import { PaneComposer } from './pane-composer.js';
import { PaneHeader } from './pane-header.js';
import { ReadOnlyBar } from './read-only-bar.js';

/** @typedef {import('../console.js').Desk} Desk */
/** @typedef {import('../../lib/session.js').Conversation} Conversation */

/** One conversation: whose it is, what was said, and where one writes. */
export class Pane {
  usedAt = performance.now();
  isMine = false;
  /** Whether one has just taken it, and wants to write as soon as one may. */
  #isTaken = false;

  /**
   * @param {Desk} desk
   * @param {string} id
   */
  constructor(desk, id) {
    this.desk = desk;
    this.id = id;
    this.header = new PaneHeader(desk, id);
    this.list = this.#makeList();
    this.writing = new PaneComposer(desk, id);
    this.readOnly = new ReadOnlyBar(desk, id);
    this.follower = new ConversationFollower(desk, id);
    this.element = this.#makeElement();
    this.#askWhoItIs();
  }

  /** @param {boolean} isCurrent */
  update(isCurrent) {
    const { session, me, paneNumbers } = this.desk;
    const conversation = session.conversations.get(this.id);
    if (!conversation) return;
    const { summary } = conversation;
    const hadFocus = this.writing.element.contains(document.activeElement);
    this.isMine = summary.status === 'active' && summary.technician?.id === me.id;
    const { turn, since } = standing(conversation);
    const waitsSince = this.isMine && turn === 'mine' ? since : null;
    this.element.classList.toggle('current', isCurrent);
    this.header.update(summary, {
      isMine: this.isMine,
      number: paneNumbers.of(this.id),
      waitsSince,
      colleague: nameOf(conversation.colleague),
    });
    this.element.setAttribute('aria-label', this.header.label);
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

  /** One has just taken it. That it is one's own may be heard in a moment only, or even that it is. */
  focusToWrite() {
    this.#isTaken = !this.isMine;
    this.focus();
  }

  /** It is no longer shown. */
  end() {
    this.writing.end();
    this.follower.end();
    this.element.remove();
  }

  /** Who has gone elsewhere meanwhile stays there: their words are for somebody else. */
  #beginToWrite() {
    this.#isTaken = false;
    const { activeElement, body } = document;
    if (activeElement === body || this.element.contains(activeElement)) this.writing.focus();
  }

  /** @param {Conversation} conversation */
  #showList({ summary, log, typing }) {
    const { words, session } = this.desk;
    this.list.show({
      events: log.events,
      drafts: session.drafts(this.id),
      side: 'technician',
      explain: (why) => pairingExplanation(words, why),
      readBy: summary.read.customer,
      seen: summary.read.technician,
      typing: nameOf(typing, words.say('customer')) || null,
      hasEarlier: log.hasEarlier,
      files: session.files,
      words,
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
      hint: () => this.desk.words.say('dropHere'),
      take: (files) => this.writing.sendFiles(files),
    });
    return element;
  }

  #used() {
    this.usedAt = performance.now();
    if (this.desk.panes.current !== this.id) this.desk.panes.focus(this.id);
  }

  #makeList() {
    const { session } = this.desk;
    const list = new MessageList();
    list.addEventListener('retry', (event) => session.retry(detail(event)));
    list.addEventListener('discard', (event) => session.discard(detail(event)));
    list.addEventListener('earlier', () => session.loadEarlier(this.id).catch(() => undefined));
    return list;
  }

  /** Whether the host page vouches for the customer. */
  async #askWhoItIs() {
    const { session } = this.desk;
    const asked = session.request('customer', { conversation: this.id });
    const { customer } = await asked.catch(() => ({ customer: null }));
    this.header.verified.hidden = !customer?.verified;
  }
}

/**
 * Who is typing, as long as it is true.
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
