/**
 * Keeps a conversation of others up to date while it is open: supervisors subscribe to it, others
 * fetch new events when its summary has changed.
 */
export class ConversationFollower {
  #isBusy = false;
  #isFollowing = false;

  /**
   * @param {string} id
   * @param {import('../../lib/technician-session.js').TechnicianSession} session
   * @param {(problem: string) => void} complain
   */
  constructor(id, session, complain) {
    this.id = id;
    this.session = session;
    this.complain = complain;
  }

  /** Forget the subscription of the former connection. */
  forget() {
    this.#isFollowing = false;
  }

  /** @param {boolean} isMine own conversations are sent anyway */
  async keepUp(isMine) {
    const conversation = this.session.conversations.get(this.id);
    if (!conversation || isMine || this.#isBusy || this.#isFollowing) return;
    const { summary, log } = conversation;
    const isFollowed = this.session.welcome.supervises && summary.status !== 'closed';
    if (!isFollowed && log.last >= summary.seq) return;
    this.#isBusy = true;
    await this.#read(isFollowed).catch((error) => this.complain(error.message));
    this.#isBusy = false;
  }

  end() {
    const { session } = this;
    const isMine = session.conversations.get(this.id)?.summary.technician?.id === session.me.id;
    // A conversation that has become an own one stays subscribed.
    if (this.#isFollowing && !isMine) session.unwatch(this.id).catch(() => undefined);
    this.#isFollowing = false;
  }

  /** @param {boolean} follow */
  async #read(follow) {
    const { session } = this;
    // With events at hand only the missing ones are fetched.
    const isHeld = Boolean(session.conversations.get(this.id)?.log.last);
    if (follow) await session.watch(this.id);
    else await (isHeld ? session.catchUp(this.id) : session.loadEarlier(this.id));
    this.#isFollowing = follow;
  }
}
