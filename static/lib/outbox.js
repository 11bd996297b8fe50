/** @typedef {import('./types.js').OutgoingMessage} OutgoingMessage */
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
    this.messages = this.#stored();
  }

  /**
   * Keep the messages of one technician only from here on: on a shared computer the unsent messages
   * of one must not be sent in the name of another.
   *
   * @param {string} owner
   */
  setOwner(owner) {
    this.key = `${this.base}.${owner}`;
    this.messages = this.#stored();
  }

  /** @param {OutgoingMessage} message */
  add(message) {
    this.#change((messages) => [...messages, message]);
  }

  /** Remove a message that was stored or given up. @param {string} id */
  remove(id) {
    this.#change((messages) => messages.filter((message) => message.id !== id));
  }

  /**
   * Mark a message as refused; it is kept until its author retries or discards it.
   *
   * @param {string} id
   * @param {string|undefined} reason
   */
  mark(id, reason) {
    this.#change(altered(id, { failed: reason }));
  }

  /** Change the messages of this page, and not what is stored. @param {(messages: OutgoingMessage[]) => OutgoingMessage[]} change */
  update(change) {
    this.messages = change(this.messages);
  }

  /** @param {string} id */
  find(id) {
    return this.messages.find((message) => message.id === id);
  }

  /** @param {string} conversation */
  messagesOf(conversation) {
    return this.messages.filter((message) => message.conversation === conversation);
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

  /** @returns {OutgoingMessage[]} */
  #stored() {
    const messages = parsed(this.storage.getItem(this.key));
    return Array.isArray(messages) ? messages : [];
  }

  /** @param {(messages: OutgoingMessage[]) => OutgoingMessage[]} change */
  #change(change) {
    this.update(change);
    this.store(change);
  }

  /** Change the stored messages of all tabs. @param {(messages: OutgoingMessage[]) => OutgoingMessage[]} change */
  store(change) {
    const stored = change(this.#stored()).filter(isLasting);
    if (stored.length) this.storage.setItem(this.key, JSON.stringify(stored));
    else this.storage.removeItem(this.key);
  }
}

/** @param {OutgoingMessage} message */
function isLasting({ file, upload }) {
  return !file || Boolean(upload);
}

/**
 * Return the change of one message.
 *
 * @param {string} id
 * @param {Partial<OutgoingMessage>} fields
 * @returns {(messages: OutgoingMessage[]) => OutgoingMessage[]}
 */
export function altered(id, fields) {
  return (messages) =>
    messages.map((message) => (message.id === id ? { ...message, ...fields } : message));
}

/** @param {string|null} text */
function parsed(text) {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return null;
  }
}
