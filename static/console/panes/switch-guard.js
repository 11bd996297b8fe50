const RISKY = 2_000;
const AT_HOME = 1_000;

/**
 * Who has just moved to another conversation may send what was meant for the one before. Such a
 * message is held until it is sent once more. Whoever moved by the keyboard, which puts the caret
 * into the new conversation, and has been writing there for a second knows where they are.
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
   * @param {string|null} id the conversation that is current now
   * @param {number} at
   * @param {boolean} byKeyboard
   */
  moved(id, at, byKeyboard) {
    if (id === this.#current) return;
    // Coming from nowhere, there is nobody else whom the words could have been meant for.
    this.#switchedAt = this.#current === null ? -Infinity : at;
    this.#byKeyboard = byKeyboard;
    this.#wroteFrom = null;
    this.#held = null;
    this.#current = id;
  }

  /**
   * Something was written by hand.
   *
   * @param {string} id
   * @param {number} at
   */
  wrote(id, at) {
    this.#held = null;
    if (id === this.#current) this.#wroteFrom ??= at;
  }

  /**
   * Whether this message must wait; sending the same once more lets it through.
   *
   * @param {string} id
   * @param {string} text
   * @param {number} at
   */
  holds(id, text, at) {
    const confirmed = this.#held?.id === id && this.#held.text === text;
    this.#held = null;
    if (confirmed || id !== this.#current || at - this.#switchedAt >= RISKY) return false;
    if (this.#byKeyboard && this.#wroteFrom !== null && at - this.#wroteFrom >= AT_HOME)
      return false;
    this.#held = { id, text };
    return true;
  }
}
