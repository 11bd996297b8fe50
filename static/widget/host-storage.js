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
    this.tell(key, text);
  }

  /** @param {string} key */
  removeItem(key) {
    if (this.#kept.delete(key)) this.tell(key, null);
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
