/** @typedef {import('./types.js').ChatEvent} ChatEvent */

/**
 * The events of one conversation that this client holds: in order, each once, without a gap
 * between the first and the last.
 */
export class Log {
  /** @type {ChatEvent[]} */
  events = [];
  /**
   * What came by itself of what is earlier, without a gap, and does not yet reach up to the first.
   *
   * @type {ChatEvent[]}
   */
  #earlier = [];
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
    if (first && event.seq < first.seq) return this.#before(event);
    if (first && event.seq <= this.last) return 'known';
    if (this.events.length && event.prev !== this.last) return 'gap';
    this.events.push(event);
    return 'added';
  }

  /**
   * Put events before those that are held.
   *
   * @param {ChatEvent[]} earlier in order
   */
  prepend(earlier) {
    const first = this.events[0]?.seq ?? Infinity;
    this.events.unshift(...earlier.filter((event) => event.seq < first));
    this.#join();
  }

  /**
   * Forget events whose words were removed from the server's log, too.
   *
   * @param {number} first
   * @param {number} [through] the last of them
   */
  forget(first, through = first) {
    if (first === 1) this.#gone = through;
    const isLeft = (/** @type {ChatEvent} */ { seq }) => seq < first || seq > through;
    this.events = this.events.filter(isLeft);
    this.#earlier = this.#earlier.filter(isLeft);
  }

  /** @param {ChatEvent} event */
  #before(event) {
    if (event.prev !== this.#earlier.at(-1)?.seq) this.#earlier = [];
    this.#earlier.push(event);
    return this.#join() ? 'earlier' : 'known';
  }

  /** Whether there is more now before what was held. */
  #join() {
    const [first] = this.events;
    if (!first) return false;
    const earlier = this.#earlier.filter(({ seq }) => seq < first.seq);
    if (earlier.length === 0 || earlier.at(-1)?.seq !== first.prev) return false;
    this.events.unshift(...earlier);
    this.#earlier = [];
    return true;
  }
}
