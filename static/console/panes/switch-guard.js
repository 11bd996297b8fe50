const RISKY_MS = 1_000;

/**
 * Protects from sending a message to the wrong customer: one that is sent within a second of coming
 * to another conversation by a click, or because the focus moved by itself, is held until it is sent
 * again. The technician who has pressed a key to come here means it, however quickly they write.
 *
 * All times are ms of one clock.
 */
export class SwitchGuard {
  /** @type {string|null} */
  #current = null;
  #switchedAt = -Infinity;
  /** @type {{id: string, text: string}|null} */
  #held = null;

  /**
   * @param {string|null} id the new current conversation
   * @param {number} at
   * @param {boolean} byKey true if the technician has moved there by a key
   */
  moved(id, at, byKey) {
    if (id === this.#current) return;
    // Without a conversation before, the text cannot have been meant for another one.
    this.#switchedAt = this.#current === null || byKey ? -Infinity : at;
    this.#held = null;
    this.#current = id;
  }

  /** Note that the technician has typed: what was held is another text now. */
  wrote() {
    this.#held = null;
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
    this.#held = { id, text };
    return true;
  }
}
