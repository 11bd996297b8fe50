/**
 * A message that was written and is not known to be stored.
 *
 * @typedef {{id: string, conversation: string, text: string, at: number, failed?: string}} Draft
 */
/**
 * The part of localStorage that is used.
 *
 * @typedef {{getItem(key: string): string|null, setItem(key: string, value: string): void,
 *   removeItem(key: string): void}} Storage
 */

/** What was typed and not acknowledged; it survives a reload, with the id it was sent under. */
export class Outbox {
  /**
   * @param {Storage} storage
   * @param {string} key
   */
  constructor(storage, key) {
    this.storage = storage;
    this.key = key;
    this.drafts = this.#read();
  }

  /** @param {Draft} draft */
  add(draft) {
    this.drafts.push(draft);
    this.#write();
  }

  /**
   * It is stored, or was given up.
   *
   * @param {string} id
   */
  remove(id) {
    this.drafts = this.drafts.filter((draft) => draft.id !== id);
    this.#write();
  }

  /**
   * It was refused; it is kept until its writer decides.
   *
   * @param {string} id
   * @param {string|undefined} reason
   */
  mark(id, reason) {
    for (const draft of this.drafts) if (draft.id === id) draft.failed = reason;
    this.#write();
  }

  /** @param {string} conversation */
  of(conversation) {
    return this.drafts.filter((draft) => draft.conversation === conversation);
  }

  /** @returns {Draft[]} */
  #read() {
    try {
      const drafts = JSON.parse(this.storage.getItem(this.key) ?? '[]');
      return Array.isArray(drafts) ? drafts : [];
    } catch {
      return [];
    }
  }

  #write() {
    if (this.drafts.length) this.storage.setItem(this.key, JSON.stringify(this.drafts));
    else this.storage.removeItem(this.key);
  }
}
