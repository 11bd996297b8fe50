/** @typedef {import('./types.js').Draft} Draft */
/** @typedef {import('./types.js').Opening} Opening */
/** @typedef {import('./types.js').Storage} Storage */

/**
 * The messages that were written and are not acknowledged. They survive a reload together with
 * their ids, except files that are not uploaded yet, because their bytes belong to the page.
 * Several tabs may share one key: each write is merged into the stored value.
 */
export class Outbox {
  /**
   * @param {Storage} storage
   * @param {string} key
   */
  constructor(storage, key) {
    this.storage = storage;
    this.base = key;
    this.key = key;
    this.drafts = this.#stored();
  }

  /**
   * Keep the drafts of one technician only from here on: on a shared computer the unsent messages
   * of one must not be sent in the name of another.
   *
   * @param {string} owner
   */
  setOwner(owner) {
    this.key = `${this.base}.${owner}`;
    this.drafts = this.#stored();
  }

  /** @param {Draft} draft */
  add(draft) {
    this.#change((drafts) => [...drafts, draft]);
  }

  /** Remove a draft that was stored or given up. @param {string} id */
  remove(id) {
    this.#change((drafts) => drafts.filter((draft) => draft.id !== id));
  }

  /**
   * Mark a draft as refused; it is kept until its author retries or discards it.
   *
   * @param {string} id
   * @param {string|undefined} reason
   */
  mark(id, reason) {
    this.#change(altered(id, { failed: reason }));
  }

  /** Change the drafts of this page, and not what is stored. @param {(drafts: Draft[]) => Draft[]} change */
  update(change) {
    this.drafts = change(this.drafts);
  }

  /** @param {string} id */
  find(id) {
    return this.drafts.find((draft) => draft.id === id);
  }

  /** @param {string} conversation */
  draftsOf(conversation) {
    return this.drafts.filter((draft) => draft.conversation === conversation);
  }

  /** @returns {Opening|null} */
  get opening() {
    const opening = parsed(this.storage.getItem(this.#openingKey));
    return opening && typeof opening.id === 'string' ? opening : null;
  }

  set opening(opening) {
    if (opening) this.storage.setItem(this.#openingKey, JSON.stringify(opening));
    else this.storage.removeItem(this.#openingKey);
  }

  get #openingKey() {
    return `${this.key}.opening`;
  }

  /** @returns {Draft[]} */
  #stored() {
    const drafts = parsed(this.storage.getItem(this.key));
    return Array.isArray(drafts) ? drafts : [];
  }

  /** @param {(drafts: Draft[]) => Draft[]} change */
  #change(change) {
    this.update(change);
    this.store(change);
  }

  /** Change the stored drafts of all tabs. @param {(drafts: Draft[]) => Draft[]} change */
  store(change) {
    const stored = change(this.#stored()).filter(isLasting);
    if (stored.length) this.storage.setItem(this.key, JSON.stringify(stored));
    else this.storage.removeItem(this.key);
  }
}

/** @param {Draft} draft */
function isLasting({ file, upload }) {
  return !file || Boolean(upload);
}

/**
 * Return the change of one draft.
 *
 * @param {string} id
 * @param {Partial<Draft>} fields
 * @returns {(drafts: Draft[]) => Draft[]}
 */
export function altered(id, fields) {
  return (drafts) => drafts.map((draft) => (draft.id === id ? { ...draft, ...fields } : draft));
}

/** @param {string|null} text */
function parsed(text) {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return null;
  }
}
