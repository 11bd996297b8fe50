/** @typedef {import('../../lib/types.js').Summary} Summary */

/**
 * Opens conversations in panes. It fetches those that the session does not hold, as far as the
 * technician may read them.
 */
export class ConversationOpener {
  /** @type {Set<string>} conversations that are being fetched for a pane */
  #opening = new Set();

  /**
   * @param {import('../../lib/technician-session.js').TechnicianSession} session
   * @param {{open: (id: string) => void, take: (id: string) => void}} panes
   */
  constructor(session, panes) {
    this.session = session;
    this.panes = panes;
  }

  /** True if a conversation is about to be shown. @param {string} id */
  isOpening(id) {
    return this.#opening.has(id);
  }

  /**
   * Show a conversation; `summary` is needed where the session does not hold it.
   *
   * @param {string} id
   * @param {Summary} [summary]
   * @returns {Promise<void>} rejects with Refusal if the technician may not read it
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

  /** Accept a conversation from the queue. @param {string} conversation */
  async accept(conversation) {
    await this.session.request('accept', { conversation });
    this.panes.take(conversation);
  }

  /** Take over a conversation from a colleague. @param {string} conversation */
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
