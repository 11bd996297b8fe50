/** @typedef {import('./console.js').Desk} Desk */

/**
 * Keeps a conversation that is not one's own up to date while it is open: supervisors follow it,
 * others read again when they hear that there is more.
 */
export class ReadingAlong {
  #isBusy = false;
  #isFollowing = false;

  /**
   * @param {Desk} desk
   * @param {string} id
   */
  constructor(desk, id) {
    this.desk = desk;
    this.id = id;
  }

  /** What was followed over the last connection is no longer. */
  forget() {
    this.#isFollowing = false;
  }

  /** @param {boolean} isMine one's own are followed anyway */
  async keepUp(isMine) {
    const conversation = this.desk.session.conversations.get(this.id);
    if (!conversation || isMine || this.#isBusy || this.#isFollowing) return;
    const { summary, log } = conversation;
    const isFollowed = this.desk.session.welcome.supervises && summary.status !== 'closed';
    if (!isFollowed && log.last >= summary.seq) return;
    this.#isBusy = true;
    await this.#read(isFollowed).catch((error) => this.desk.notice.say(error.message));
    this.#isBusy = false;
  }

  end() {
    const { session } = this.desk;
    if (this.#isFollowing)
      session.request('unwatch', { conversation: this.id }).catch(() => undefined);
    this.#isFollowing = false;
  }

  /** @param {boolean} follow */
  async #read(follow) {
    const { session } = this.desk;
    const conversation = session.conversations.get(this.id);
    if (!conversation) return;
    const { log, summary } = conversation;
    const after = log.last ? { after: log.last } : {};
    const type = follow ? 'watch' : 'history';
    const { events } = await session.request(type, { conversation: this.id, ...after });
    this.#isFollowing = follow;
    session.adopt(summary, events.map((/** @type {any} */ event) => ({ ...event, conversation: this.id })));
  }
}
