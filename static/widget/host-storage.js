/** @typedef {import('../lib/storage.js').PersistentStorage} PersistentStorage */

/**
 * Storage in the host page on behalf of the panel. Browsers treat the storage of a frame as
 * third-party and may block or delete it; the host page's own is kept. Values are read from memory,
 * and every change is sent to the page.
 *
 * @implements {PersistentStorage}
 */
export class HostStorage {
  #kept;
  /** How many changes the page has not answered. */
  #untold = 0;

  /**
   * @param {Record<string, string>|undefined} kept undefined where the page has no storage
   * @param {(key: string, text: string|null) => void} tell
   */
  constructor(kept, tell) {
    this.lasting = kept !== undefined;
    this.tell = tell;
    this.#kept = new Map(Object.entries(kept ?? {}));
  }

  /** @param {string} key */
  getItem(key) {
    return this.#kept.get(key) ?? null;
  }

  /**
   * @param {string} key
   * @param {string} text
   */
  setItem(key, text) {
    if (this.#kept.get(key) === text) return;
    this.#kept.set(key, text);
    this.#untold += 1;
    this.tell(key, text);
  }

  /** @param {string} key */
  removeItem(key) {
    if (!this.#kept.delete(key)) return;
    this.#untold += 1;
    this.tell(key, null);
  }

  /**
   * Compare with what the page has stored: it has less where its storage is full or was cleared.
   *
   * @param {number} [count] the number of values in the page's storage
   */
  stored(count = 0) {
    this.#untold -= 1;
    // The page may know less only because it was not told of the newest yet.
    if (!this.#untold) this.lasting = count >= this.#kept.size;
  }

  /**
   * Take a change that another tab has made.
   *
   * @param {string} key
   * @param {string|null} text
   */
  changed(key, text) {
    if (text === null) this.#kept.delete(key);
    else this.#kept.set(key, text);
  }
}

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
