/** @typedef {import('./types.js').Draft} Draft */
/** @typedef {import('./types.js').Opening} Opening */
/** @typedef {import('./types.js').Storage} Storage */

/**
 * What was typed and not acknowledged; it survives a reload, with the id it was sent under.
 * Several tabs may keep theirs under the same key: each write is merged into what is stored.
 */
export class Outbox {
  /**
   * @param {Storage} storage
   * @param {string} key
   */
  constructor(storage, key) {
    this.storage = storage;
    this.key = key;
    this.drafts = this.#stored();
  }

  /** @param {Draft} draft */
  add(draft) {
    this.#change((drafts) => [...drafts, draft]);
  }

  /**
   * It is stored, or was given up.
   *
   * @param {string} id
   */
  remove(id) {
    this.#change((drafts) => drafts.filter((draft) => draft.id !== id));
  }

  /**
   * It was refused; it is kept until its writer decides.
   *
   * @param {string} id
   * @param {string|undefined} reason
   */
  mark(id, reason) {
    this.#change((drafts) =>
      drafts.map((draft) => (draft.id === id ? { ...draft, failed: reason } : draft)),
    );
  }

  /** @param {string} conversation */
  of(conversation) {
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
    this.drafts = change(this.drafts);
    const stored = change(this.#stored());
    if (stored.length) this.storage.setItem(this.key, JSON.stringify(stored));
    else this.storage.removeItem(this.key);
  }
}

/** @param {string|null} text */
function parsed(text) {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return null;
  }
}
