/** @typedef {import('./types.js').Storage} Storage */
/** @typedef {Storage & {readonly lasting: boolean}} PersistentStorage */

/**
 * Return the browser's storage. Once it is forbidden or full, the values are kept in memory for as
 * long as the page lasts; `lasting` tells which is so.
 *
 * @param {() => Storage} find
 * @returns {PersistentStorage}
 */
export function openStorage(find) {
  return new FallbackStorage(find);
}

class FallbackStorage {
  /** @type {Storage|null} */
  #storage = null;
  /** @type {Map<string, string>} the values that the storage has refused */
  #passing = new Map();

  /** @param {() => Storage} find */
  constructor(find) {
    try {
      this.#storage = find();
      this.#storage.setItem('chatserver.probe', '1');
      this.#storage.removeItem('chatserver.probe');
    } catch {
      this.#storage = null;
    }
  }

  get lasting() {
    return this.#storage !== null && this.#passing.size === 0;
  }

  /** @param {string} key */
  getItem(key) {
    return this.#passing.get(key) ?? this.#storage?.getItem(key) ?? null;
  }

  /**
   * @param {string} key
   * @param {string} value
   */
  setItem(key, value) {
    try {
      if (!this.#storage) throw new Error('there is no storage');
      this.#storage.setItem(key, value);
      this.#passing.delete(key);
    } catch {
      this.#passing.set(key, value);
    }
  }

  /** @param {string} key */
  removeItem(key) {
    this.#passing.delete(key);
    this.#storage?.removeItem(key);
  }
}
