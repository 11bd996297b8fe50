/** @typedef {import('../lib/types.js').Summary} Summary */
/** @typedef {import('../lib/technician-session.js').TechnicianSession} TechnicianSession */

const PAGE_SIZE = 200;
const MAX_CONVERSATIONS = 1_000;

/** All open conversations, as of the last request. */
export class LiveDesk {
  /** @type {Summary[]} the longest wait first */
  waiting = [];
  /** @type {Summary[]} */
  active = [];
  /** True if the server has more than were fetched. */
  isCut = false;

  /** @param {TechnicianSession} session */
  constructor(session) {
    this.session = session;
  }

  /** Fetch the lists; they are left unchanged on an error. */
  async load() {
    try {
      const [waiting, active] = await Promise.all([this.#all('waiting'), this.#all('active')]);
      this.active = active.conversations;
      // A conversation that was assigned between the two requests is in both lists.
      const taken = new Set(this.active.map(({ conversation }) => conversation));
      this.waiting = waiting.conversations
        .filter(({ conversation }) => !taken.has(conversation))
        .sort(byNeed);
      this.isCut = waiting.isCut || active.isCut;
    } catch {
      // The page shows that the connection is lost, and the next change fetches again.
    }
  }

  /** @param {string} id */
  find(id) {
    return [...this.waiting, ...this.active].find(({ conversation }) => conversation === id);
  }

  /** The open promises of replies that are nearly due or late, the most urgent first. */
  get latePromises() {
    return [...this.waiting, ...this.active]
      .filter(({ escalated, reply_by: due }) => escalated && due)
      .sort((a, b) => (a.reply_by ?? 0) - (b.reply_by ?? 0));
  }

  /** The queue, without the messages left outside opening hours. */
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
        limit: PAGE_SIZE,
        ...(before && { before }),
      });
      conversations.push(...ok.conversations);
      before = ok.next;
    } while (before && conversations.length < MAX_CONVERSATIONS);
    return { conversations, isCut: Boolean(before) };
  }
}

/**
 * Sort live customers before messages, then by the longest wait or the nearest deadline; escalated
 * promises come first.
 *
 * @param {Summary} a
 * @param {Summary} b
 */
function byNeed(a, b) {
  if (Boolean(a.escalated) !== Boolean(b.escalated)) return a.escalated ? -1 : 1;
  if ((a.reply_by === null) !== (b.reply_by === null)) return a.reply_by === null ? -1 : 1;
  return (a.reply_by ?? a.opened_at) - (b.reply_by ?? b.opened_at);
}
