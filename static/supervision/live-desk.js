/** @typedef {import('../lib/types.js').Summary} Summary */
/** @typedef {import('../lib/technician-session.js').TechnicianSession} TechnicianSession */

const PAGE = 200;
const MOST = 1_000;

/** All open conversations, as the server listed them last. */
export class LiveDesk {
  /** @type {Summary[]} who waits longest comes first */
  waiting = [];
  /** @type {Summary[]} */
  active = [];
  /** Whether the server has more than are held here. */
  isCut = false;

  /** @param {TechnicianSession} session */
  constructor(session) {
    this.session = session;
  }

  /** Ask again; what cannot be asked now stays as it was. */
  async load() {
    try {
      const [waiting, active] = await Promise.all([this.#all('waiting'), this.#all('active')]);
      this.active = active.conversations;
      // Who was taken between the two questions stands in both lists.
      const taken = new Set(this.active.map(({ conversation }) => conversation));
      this.waiting = waiting.conversations
        .filter(({ conversation }) => !taken.has(conversation))
        .sort(byNeed);
      this.isCut = waiting.isCut || active.isCut;
    } catch {
      // The connection says by itself that it is gone, and the next change asks again.
    }
  }

  /** @param {string} id */
  find(id) {
    return [...this.waiting, ...this.active].find(({ conversation }) => conversation === id);
  }

  /** Who waits at this moment, without those who left a message. */
  get inLine() {
    return this.waiting.filter(({ reply_by }) => reply_by === null);
  }

  /** @param {'waiting'|'active'} status */
  async #all(status) {
    /** @type {Summary[]} */
    const conversations = [];
    let before;
    do {
      const ok = await this.session.request('list', {
        status,
        whose: 'all',
        limit: PAGE,
        ...(before && { before }),
      });
      conversations.push(...ok.conversations);
      before = ok.next;
    } while (before && conversations.length < MOST);
    return { conversations, isCut: Boolean(before) };
  }
}

/**
 * Who waits live before who left a message, the longest wait and the nearest promise first.
 *
 * @param {Summary} a
 * @param {Summary} b
 */
function byNeed(a, b) {
  if ((a.reply_by === null) !== (b.reply_by === null)) return a.reply_by === null ? -1 : 1;
  return (a.reply_by ?? a.opened_at) - (b.reply_by ?? b.opened_at);
}
