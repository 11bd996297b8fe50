/** @typedef {import('./types.js').ChatEvent} ChatEvent */

/**
 * The events of one conversation that this client holds: in order, each once, without a gap
 * between the first and the last.
 */
export class Log {
  /** @type {ChatEvent[]} */
  events = [];

  /** The newest seq that is held, 0 for none. */
  get last() {
    return this.events.at(-1)?.seq ?? 0;
  }

  /** Whether there is more before the first event that is held. */
  get hasEarlier() {
    return (this.events[0]?.prev ?? 0) > 0;
  }

  /**
   * @param {ChatEvent} event
   * @returns {'added'|'known'|'gap'} a gap means that something before it is missing
   */
  add(event) {
    if (this.events.length && event.seq <= this.last) return 'known';
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
  }
}
