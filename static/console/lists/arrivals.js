const AGAIN = 20_000;

/**
 * New customers whom nobody has looked at yet: they are called out at once, and again until
 * somebody looks or they are gone. All times are ms of one clock.
 */
export class Arrivals {
  /** @type {Set<string>} */
  #unseen = new Set();
  #calledAt = -Infinity;

  /** Who is not looked at yet, the first to come first. */
  get ids() {
    return [...this.#unseen];
  }

  /** @param {string} id */
  has(id) {
    return this.#unseen.has(id);
  }

  /** @param {string} id */
  add(id) {
    this.#unseen.add(id);
  }

  /**
   * Somebody looked, or there is nobody any more.
   *
   * @param {(id: string) => boolean} isDone
   */
  removeWhere(isDone) {
    for (const id of this.#unseen) if (isDone(id)) this.#unseen.delete(id);
  }

  /** @param {number} at */
  called(at) {
    this.#calledAt = at;
  }

  /** Whether to call again now. @param {number} at */
  isDue(at) {
    return this.#unseen.size > 0 && at - this.#calledAt >= AGAIN;
  }
}
