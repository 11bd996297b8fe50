/** @typedef {import('./types.js').ChatEvent} ChatEvent */

/**
 * The events of one conversation that this client holds: in order, each once, without a gap
 * between the first and the last.
 */
export class EventLog {
  /** @type {ChatEvent[]} */
  events = [];
  /**
   * What came by itself last of what is not new: it may begin before the first and reach it.
   *
   * @type {ChatEvent[]}
   */
  #again = [];
  /** Up to this seq from the first on, nothing is left. */
  #gone = 0;

  /** The newest seq that is held, 0 for none. */
  get last() {
    return this.events.at(-1)?.seq ?? 0;
  }

  /** Whether there is more before the first event that is held. */
  get hasEarlier() {
    return (this.events[0]?.prev ?? 0) > this.#gone;
  }

  /**
   * The server may begin with what is earlier than what was read meanwhile; it is put before that
   * as soon as nothing is missing between.
   *
   * @param {ChatEvent} event
   * @returns {'added'|'earlier'|'known'|'gap'} a gap means that something before it is missing
   */
  add(event) {
    const [first] = this.events;
    if (!first || event.prev === this.last) {
      this.events.push(event);
      return 'added';
    }
    if (event.seq > this.last) return 'gap';
    if (event.prev !== this.#again.at(-1)?.seq) this.#again = [];
    this.#again.push(event);
    const begins = this.#again[0]?.seq ?? 0;
    if (begins >= first.seq || event.seq < first.prev) return 'known';
    this.prepend(this.#again);
    return 'earlier';
  }

  /**
   * Put events before those that are held.
   *
   * @param {ChatEvent[]} earlier in order
   */
  prepend(earlier) {
    const first = this.events[0]?.seq ?? Infinity;
    this.events.unshift(...earlier.filter((event) => event.seq < first));
  }

  /**
   * Forget events whose words were removed from the server's log, too.
   *
   * @param {number} first
   * @param {number} [through] the last of them
   */
  forget(first, through = first) {
    if (first === 1) this.#gone = through;
    this.events = this.events.filter(({ seq }) => seq < first || seq > through);
    this.#again = [];
  }
}
