/** @typedef {import('../lib/storage.js').PersistentStorage} PersistentStorage */

/** The part of a storage whose keys have a common prefix. @implements {PersistentStorage} */
export class ScopedStorage {
  /**
   * @param {PersistentStorage} storage
   * @param {string} prefix
   */
  constructor(storage, prefix) {
    this.storage = storage;
    this.prefix = prefix;
  }

  get lasting() {
    return this.storage.lasting;
  }

  /** @param {string} key */
  getItem(key) {
    return this.storage.getItem(this.prefix + key);
  }

  /**
   * @param {string} key
   * @param {string} text an empty one removes the key
   */
  setItem(key, text) {
    if (text) this.storage.setItem(this.prefix + key, text);
    else this.removeItem(key);
  }

  /** @param {string} key */
  removeItem(key) {
    this.storage.removeItem(this.prefix + key);
  }
}
