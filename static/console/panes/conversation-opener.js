/** @typedef {import('../../lib/types.js').Summary} Summary */

/**
 * Brings conversations into panes: one's own, who waits, and what a list or a card has named, as
 * far as it is theirs to read. A pane keeps up by itself with what is not one's own.
 */
export class ConversationOpener {
  /** @type {Set<string>} what is on its way into a pane */
  #opening = new Set();

  /** @param {import('../console.js').Desk} desk */
  constructor(desk) {
    this.desk = desk;
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
      this.desk.panes.open(id);
    } finally {
      this.#opening.delete(id);
    }
  }

  /** Take who waits. @param {string} conversation */
  async accept(conversation) {
    await this.desk.session.request('accept', { conversation });
    this.desk.panes.take(conversation);
  }

  /** Take what a colleague has. @param {string} conversation */
  async takeOver(conversation) {
    const technician = this.desk.me.id;
    await this.desk.session.request('transfer', { conversation, technician });
    this.desk.panes.take(conversation);
  }

  /** Write a text into the conversation that one is in, where the caret is. @param {string} text */
  quote(text) {
    const { panes } = this.desk;
    const writing = panes.current ? panes.pane(panes.current)?.writing : undefined;
    writing?.composer.insert(text);
    writing?.focus();
  }

  /** @param {string} id @param {Summary} [summary] */
  async #take(id, summary) {
    const { session, me } = this.desk;
    const known = session.conversations.get(id);
    const isHeld = known && (known.log.events.length || known.summary.technician?.id === me.id);
    if (isHeld && summary && summary.seq > known.summary.seq) session.adopt(summary);
    if (isHeld) return;
    const { events } = await session.request('history', { conversation: id });
    const named = known?.summary ?? summary;
    if (named) session.adopt(named, events);
  }
}
