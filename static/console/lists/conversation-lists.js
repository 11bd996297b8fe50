import { ListTabs } from './list-tabs.js';

/** @typedef {import('../../lib/session.js').Conversation} Conversation */
/** @typedef {import('../../lib/types.js').Summary} Summary */

/** The left column: a tab with the queue and the own conversations, and one with all others. */
export class ConversationLists {
  /**
   * @param {object} needs
   * @param {import('../../lib/i18n.js').Words} needs.words
   * @param {import('../../lib/technician-session.js').TechnicianSession} needs.session
   * @param {import('./queue-list.js').QueueList} needs.queueList
   * @param {import('./own-list.js').OwnList} needs.ownList
   * @param {import('./conversation-browser.js').ConversationBrowser} needs.browser
   * @param {(id: string) => boolean} needs.isShown tells whether a conversation is, or is about to be, in a pane
   */
  constructor({ words, session, queueList, ownList, browser, isShown }) {
    this.session = session;
    this.queueList = queueList;
    this.ownList = ownList;
    this.browser = browser;
    this.isShown = isShown;
    this.tabs = new ListTabs(words, [
      { key: 'tabNow', parts: [this.queueList.section, this.ownList.section] },
      {
        key: 'tabFind',
        parts: [this.browser.section],
        onshow: () => {
          this.#count();
          this.browser.show();
        },
      },
    ]);
    this.sections = this.tabs.sections;
  }

  /** @returns {Conversation[]} the queue, in the order of service */
  queue() {
    const { live, promised } = this.queueList.inOrder();
    return [...live, ...promised];
  }

  /** @returns {Conversation[]} the own and other open conversations, in the order of the list */
  own() {
    return this.ownList.conversations();
  }

  unreadTotal() {
    return this.ownList.unreadTotal();
  }

  /**
   * Remove from the queue and from the own conversations, after a reconnect, those that the welcome
   * no longer lists.
   *
   * @param {{queue: Summary[], conversations: Summary[]}} welcome
   */
  dropUnlisted({ queue, conversations }) {
    const there = new Set([...queue, ...conversations].map(({ conversation }) => conversation));
    const { me, conversations: known } = this.session;
    for (const [id, { summary }] of known) {
      if (there.has(id)) continue;
      if (summary.status === 'waiting') known.delete(id);
      else if (summary.status === 'active' && summary.technician?.id === me.id)
        summary.technician = null;
    }
  }

  update() {
    this.#forgetOthers();
    this.queueList.update();
    this.ownList.update();
    this.browser.update();
    this.#count();
  }

  /** Update the waiting times; called once a second. */
  tick() {
    this.queueList.tick();
    this.ownList.tick();
    this.browser.tick();
  }

  #count() {
    this.tabs.count(0, this.queue().length + this.ownList.unansweredTotal());
  }

  /**
   * Drop conversations that colleagues have taken from the queue: over a long day they are many,
   * and this page does not need them.
   */
  #forgetOthers() {
    const { me, conversations } = this.session;
    for (const [id, { summary, log }] of conversations) {
      const isMine = summary.technician?.id === me.id;
      const isRead = log.events.length > 0 || this.isShown(id);
      if (summary.status !== 'waiting' && !isMine && !isRead) conversations.delete(id);
    }
  }
}
