const MAX_NUMBER = 9;

/**
 * The numbers 1 to 9 of the own conversations, for shortcuts. A conversation gets the lowest free
 * number and keeps it until it is over, whatever the order of the list.
 */
export class PaneNumbers {
  /** @type {(string|undefined)[]} by number, from 1 on */
  #places = [];

  /** @param {readonly string[]} ids the own conversations, the oldest first */
  assign(ids) {
    const there = new Set(ids);
    this.#places = this.#places.map((id) => (id !== undefined && there.has(id) ? id : undefined));
    for (const id of ids) if (!this.#places.includes(id)) this.#give(id);
  }

  /** @param {string} id @returns {number|null} null where all numbers were taken */
  numberOf(id) {
    const number = this.#places.indexOf(id);
    return number > 0 ? number : null;
  }

  /** @param {number} number */
  conversationAt(number) {
    return this.#places[number];
  }

  /** @param {string} id */
  #give(id) {
    for (let number = 1; number <= MAX_NUMBER; number += 1) {
      if (this.#places[number] !== undefined) continue;
      this.#places[number] = id;
      return;
    }
  }
}
