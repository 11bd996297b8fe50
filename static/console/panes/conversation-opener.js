/** @typedef {import('../../lib/types.js').Summary} Summary */

/**
 * Brings conversations into panes: one's own, who waits, and what a list or a card has named, as
 * far as it is theirs to read. A pane keeps up by itself with what is not one's own.
 */
export class ConversationOpener {
  /** @type {Set<string>} what is on its way into a pane */
  #opening = new Set();

  /**
   * @param {import('../../lib/technician-session.js').TechnicianSession} session
   * @param {{open: (id: string) => void, take: (id: string) => void}} panes
   */
  constructor(session, panes) {
    this.session = session;
    this.panes = panes;
  }

  /** Whether a conversation is about to be shown. @param {string} id */
  keeps(id) {
    return this.#opening.has(id);
  }

  /**
   * Show a conversation; `summary` is what a list knows of one that this page may not hold.
   *
   * @param {string} id
   * @param {Summary} [summary]
   * @returns {Promise<void>} rejects with Refusal for what is not theirs to read
   */
  async open(id, summary) {
    this.#opening.add(id);
    try {
      await this.#take(id, summary);
      this.panes.open(id);
    } finally {
      this.#opening.delete(id);
    }
  }

  /** Take who waits. @param {string} conversation */
  async accept(conversation) {
    await this.session.request('accept', { conversation });
    this.panes.take(conversation);
  }

  /** Take what a colleague has. @param {string} conversation */
  async takeOver(conversation) {
    const technician = this.session.me.id;
    await this.session.request('transfer', { conversation, technician });
    this.panes.take(conversation);
  }

  /** @param {string} id @param {Summary} [summary] */
  async #take(id, summary) {
    const { session } = this;
    const known = session.conversations.get(id);
    const isHeld =
      known && (known.log.events.length || known.summary.technician?.id === session.me.id);
    if (isHeld && summary && summary.seq > known.summary.seq) session.adopt(summary);
    if (isHeld) return;
    const { events } = await session.request('history', { conversation: id });
    const named = known?.summary ?? summary;
    if (named) session.adopt(named, events);
  }
}
