/** @typedef {import('./types.js').Draft} Draft */
/** @typedef {import('./types.js').Opening} Opening */
/** @typedef {import('./types.js').Storage} Storage */

/**
 * What was written and not acknowledged; it survives a reload, with the id it was sent under. Only
 * a file that is not uploaded yet does not, because its bytes are the page's.
 * Several tabs may keep theirs under the same key: each write is merged into what is stored.
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
   * On a computer that several people use, what one could not send must not go out as another's:
   * from here on, this is what the owner has kept.
   *
   * @param {string} owner
   */
  belongTo(owner) {
    this.key = `${this.base}.${owner}`;
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
    this.#change(altered(id, { failed: reason }));
  }

  /**
   * How far its file has come, 0 to 1.
   *
   * @param {string} id
   * @param {number} progress
   */
  progress(id, progress) {
    this.drafts = altered(id, { progress })(this.drafts);
  }

  /**
   * Its file has arrived and needs only be sent: from now on it survives a reload, too.
   *
   * @param {string} id
   * @param {string} upload
   */
  uploaded(id, upload) {
    this.drafts = altered(id, { upload, progress: 1 })(this.drafts);
    const place = this.drafts.findIndex((draft) => draft.id === id);
    const [draft, ...later] = place < 0 ? [] : this.drafts.slice(place);
    if (!draft) return;
    const isLater = (/** @type {Draft} */ { id: other }) => later.some((each) => each.id === other);
    this.#store((drafts) => {
      const next = drafts.findIndex(isLater);
      return drafts.toSpliced(next < 0 ? drafts.length : next, 0, draft);
    });
  }

  /** @param {string} id */
  find(id) {
    return this.drafts.find((draft) => draft.id === id);
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
    this.#store(change);
  }

  /** @param {(drafts: Draft[]) => Draft[]} change */
  #store(change) {
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
 * @param {string} id
 * @param {Partial<Draft>} fields
 * @returns {(drafts: Draft[]) => Draft[]}
 */
function altered(id, fields) {
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
