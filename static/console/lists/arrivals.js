const REPEAT_MS = 20_000;

/**
 * Customers who have arrived and were not looked at. Each alerts at once, and again every 20 s
 * until it is looked at or gone. All times are ms of one clock.
 */
export class Arrivals {
  /** @type {Set<string>} */
  #unseen = new Set();
  #calledAt = -Infinity;

  /** The conversations that were not looked at, in the order of arrival. */
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
   * Remove the conversations that were looked at or are gone.
   *
   * @param {(id: string) => boolean} isDone
   */
  removeWhere(isDone) {
    for (const id of this.#unseen) if (isDone(id)) this.#unseen.delete(id);
  }

  /** @param {number} at */
  alerted(at) {
    this.#calledAt = at;
  }

  /** True if the alert is to be repeated now. @param {number} at */
  isDue(at) {
    return this.#unseen.size > 0 && at - this.#calledAt >= REPEAT_MS;
  }
}
