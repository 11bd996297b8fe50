import { ConversationBrowser } from './conversation-browser.js';
import { ListTabs } from './list-tabs.js';
import { OwnList } from './own-list.js';
import { QueueList } from './queue-list.js';

/** @typedef {import('../console.js').Desk} Desk */
/** @typedef {import('../../lib/session.js').Conversation} Conversation */
/** @typedef {import('../../lib/types.js').Summary} Summary */

/** What is to be done now, the queue and the technician's own conversations, and all the others. */
export class ConversationLists {
  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk;
    this.queueList = new QueueList(desk);
    this.ownList = new OwnList(desk);
    this.browser = new ConversationBrowser(desk);
    this.tabs = new ListTabs(desk.words, [
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

  /** @returns {Conversation[]} who waits, in the order in which they should be taken */
  queue() {
    const { live, promised } = this.queueList.inOrder();
    return [...live, ...promised];
  }

  /** @returns {Conversation[]} the technician's own and what else is open, as the list shows them */
  own() {
    return this.ownList.conversations();
  }

  unreadTotal() {
    return this.ownList.unreadTotal();
  }

  /**
   * After a reconnect, who waits and who is one's own is what the server says.
   *
   * @param {{queue: Summary[], conversations: Summary[]}} welcome
   */
  correct({ queue, conversations }) {
    const there = new Set([...queue, ...conversations].map(({ conversation }) => conversation));
    const { me, session } = this.desk;
    for (const [id, { summary }] of session.conversations) {
      if (there.has(id)) continue;
      if (summary.status === 'waiting') session.conversations.delete(id);
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

  /** A second has passed: the waiting times move. */
  tick() {
    this.queueList.tick();
    this.ownList.tick();
    this.browser.tick();
  }

  #count() {
    this.tabs.count(0, this.queue().length + this.ownList.unansweredTotal());
  }

  /** Who has left the queue for a colleague is nothing that this page needs; a long day has many. */
  #forgetOthers() {
    const { me, session, panes, opener } = this.desk;
    for (const [id, { summary, log }] of session.conversations) {
      const isMine = summary.technician?.id === me.id;
      const isRead = log.events.length > 0 || panes.isOpen(id) || opener.keeps(id);
      if (summary.status !== 'waiting' && !isMine && !isRead) session.conversations.delete(id);
    }
  }
}
