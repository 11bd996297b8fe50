const RISKY_MS = 2_000;
const SETTLED_MS = 1_000;

/**
 * Protects from sending a message to the wrong customer: one that is sent within 2 s of switching
 * conversations is held until it is sent again. It is not held if the switch was made by keyboard,
 * which moves the caret, and the technician has typed there for a second.
 *
 * All times are ms of one clock.
 */
export class SwitchGuard {
  /** @type {string|null} */
  #current = null;
  #switchedAt = -Infinity;
  #byKeyboard = false;
  /** @type {number|null} */
  #wroteFrom = null;
  /** @type {{id: string, text: string}|null} */
  #held = null;

  /**
   * @param {string|null} id the new current conversation
   * @param {number} at
   * @param {boolean} byKeyboard
   */
  moved(id, at, byKeyboard) {
    if (id === this.#current) return;
    // Without a conversation before, the text cannot have been meant for another one.
    this.#switchedAt = this.#current === null ? -Infinity : at;
    this.#byKeyboard = byKeyboard;
    this.#wroteFrom = null;
    this.#held = null;
    this.#current = id;
  }

  /**
   * Note that the technician has typed.
   *
   * @param {string} id
   * @param {number} at
   */
  wrote(id, at) {
    this.#held = null;
    if (id === this.#current) this.#wroteFrom ??= at;
  }

  /**
   * True if the message is held; sending the same text again lets it through.
   *
   * @param {string} id
   * @param {string} text
   * @param {number} at
   */
  holds(id, text, at) {
    // The technician has seen the warning and sends the same text again.
    const confirmed = this.#held?.id === id && this.#held.text === text;
    this.#held = null;
    if (confirmed || id !== this.#current || at - this.#switchedAt >= RISKY_MS) return false;
    if (this.#byKeyboard && this.#wroteFrom !== null && at - this.#wroteFrom >= SETTLED_MS)
      return false;
    this.#held = { id, text };
    return true;
  }
}
