/** @typedef {import('./types.js').ChatEvent} ChatEvent */

/**
 * The events of one conversation that this client holds: in order, each once, and without a gap
 * between the first and the last.
 */
export class EventLog {
  /** @type {ChatEvent[]} */
  events = [];
  /**
   * Events older than the last one that the server has sent without being asked, in a row. They may
   * begin before the first event that is held and reach it.
   *
   * @type {ChatEvent[]}
   */
  #again = [];
  /** The history up to this seq was erased. */
  #gone = 0;

  /** The newest seq that is held, 0 where there is none. */
  get last() {
    return this.events.at(-1)?.seq ?? 0;
  }

  /** True if the server has events before the first one that is held. */
  get hasEarlier() {
    return (this.events[0]?.prev ?? 0) > this.#gone;
  }

  /**
   * Add an event. After a reconnect the server may begin with events older than those that were
   * read meanwhile; they are kept aside, and put before the others once they reach them.
   *
   * @param {ChatEvent} event
   * @returns {'added'|'earlier'|'known'|'gap'} `gap` means that an event before this one is missing
   */
  add(event) {
    const [first] = this.events;
    if (!first || event.prev === this.last) {
      this.events.push(event);
      return 'added';
    }
    if (event.seq > this.last) return 'gap';
    // The server has started over, with an earlier or a later event than those kept aside.
    if (event.prev !== this.#again.at(-1)?.seq) this.#again = [];
    this.#again.push(event);
    const begins = this.#again[0]?.seq ?? 0;
    // They reach the held events as soon as nothing is missing between the two.
    if (begins >= first.seq || event.seq < first.prev) return 'known';
    this.prepend(this.#again);
    return 'earlier';
  }

  /**
   * Put events before those that are held, without the ones that are held already.
   *
   * @param {ChatEvent[]} earlier in order
   */
  prepend(earlier) {
    const first = this.events[0]?.seq ?? Infinity;
    this.events.unshift(...earlier.filter((event) => event.seq < first));
  }

  /**
   * Forget events whose text was erased on the server.
   *
   * @param {number} first
   * @param {number} [through] the last of them
   */
  forget(first, through = first) {
    // Nothing is left before the first event that remains: there is no earlier history to fetch.
    if (first === 1) this.#gone = through;
    this.events = this.events.filter(({ seq }) => seq < first || seq > through);
    this.#again = [];
  }
}
