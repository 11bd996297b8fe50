/** @typedef {import('../lib/storage.js').PersistentStorage} PersistentStorage */

/**
 * What the host page keeps for the panel. A frame's own storage is another site's in the eyes of
 * browsers, which may refuse or forget it; the host page's own lasts. It is read from memory, and
 * every change is told to the page.
 *
 * @implements {PersistentStorage}
 */
export class HostStorage {
  #kept;

  /**
   * @param {Record<string, string>|undefined} kept nothing where the page may not store
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
   * Another tab has written.
   *
   * @param {string} key
   * @param {string|null} text
   */
  changed(key, text) {
    if (text === null) this.#kept.delete(key);
    else this.#kept.set(key, text);
  }
}
