import { newId } from './connection.js';
import { Emitter } from './emitter.js';

/** @typedef {import('./types.js').Frame} Frame */
/** @typedef {import('./types.js').ChatEvent} ChatEvent */
/** @typedef {import('./types.js').OutgoingMessage} OutgoingMessage */
/** @typedef {import('./types.js').Opening} Opening */

/**
 * Delivers messages, files and new conversations exactly once, and knows which are still on their
 * way. What is sent in a conversation arrives in the order of sending: a message after a file waits
 * until the file is uploaded.
 *
 * Emits `change` (conversation id) and `opened` (id of the conversation that was asked for).
 */
export class Delivery extends Emitter {
  /** @type {(OutgoingMessage & {seq: number})[]} acknowledged, while their events have not arrived */
  #acknowledged = [];
  /** @type {Set<string>} ids of messages whose events arrived before their `ok` */
  #landed = new Set();
  /** @type {Map<string, File>} by the message's id, until they are uploaded */
  #files = new Map();
  /** @type {Map<string, Promise<void>>} by conversation, settled with its last upload */
  #uploading = new Map();

  /**
   * @param {import('./connection.js').Connection} connection
   * @param {import('./outbox.js').Outbox} outbox
   * @param {() => Promise<import('./uploads.js').Uploads>} uploads fetched when there is a file
   */
  constructor(connection, outbox, uploads) {
    super();
    this.connection = connection;
    this.outbox = outbox;
    this.uploads = uploads;
  }

  /**
   * @param {Record<string, unknown>} fields
   * @returns {Promise<Frame>} the `ok`; rejects with Refusal
   */
  open(fields) {
    const opening = { id: newId(), fields };
    this.outbox.opening = opening;
    return this.#begin(opening);
  }

  /** @param {{conversation: string, text: string, note?: boolean, unmasked?: boolean}} what */
  async post(what) {
    const message = { id: newId(), at: Date.now(), ...what };
    this.outbox.add(message);
    await this.#deliver(message);
  }

  /**
   * @param {string} conversation
   * @param {File} file
   */
  async postFile(conversation, file) {
    const { name, type, size } = file;
    const message = {
      id: newId(),
      at: Date.now(),
      conversation,
      text: '',
      file: { name, type, size },
    };
    this.#files.set(message.id, file);
    this.outbox.add(message);
    await this.#deliver(message);
  }

  /** @param {string} id */
  async retry(id) {
    const message = this.outbox.find(id);
    if (message) await this.#deliver(message);
  }

  /** Give up a refused message, or a file that is being uploaded. @param {string} id */
  discard(id) {
    const message = this.outbox.find(id);
    this.outbox.remove(id);
    if (this.#files.delete(id))
      this.uploads().then(
        (uploads) => uploads.stop(id),
        () => undefined,
      );
    if (message) this.emit('change', message.conversation);
  }

  /** Send what an earlier page, or this one before its first welcome, could not send. */
  sendKept() {
    for (const message of this.outbox.messages)
      if (!message.failed && !isToUpload(message)) void this.#deliver(message);
    const { opening } = this.outbox;
    if (opening) this.#begin(opening).catch(() => undefined);
  }

  /**
   * @param {string} conversation
   * @param {number} last the newest seq that has arrived
   */
  outgoing(conversation, last) {
    const isOnItsWay = (/** @type {{conversation: string, seq: number}} */ each) =>
      each.conversation === conversation && each.seq > last;
    const waiting = this.outbox.messagesOf(conversation).filter(({ id }) => !this.#landed.has(id));
    return [...this.#acknowledged.filter(isOnItsWay), ...waiting];
  }

  /**
   * Note that an own event has arrived, which may be before the `ok` of its request.
   *
   * @param {ChatEvent} event
   */
  eventArrived({ conversation, seq, kind, text, file }) {
    const isNote = kind === 'note';
    const before = this.#acknowledged.length;
    this.#acknowledged = this.#acknowledged.filter(
      (each) => each.conversation !== conversation || each.seq > seq,
    );
    if (this.#acknowledged.length < before) return;
    const isIt = (/** @type {OutgoingMessage} */ each) =>
      file ? each.upload === file : each.text === text && Boolean(each.note) === isNote;
    // The event has no request id: it is matched with the oldest message of the same content.
    const message = this.outgoing(conversation, seq).find((each) => isIt(each) && !each.failed);
    if (message) this.#landed.add(message.id);
  }

  /** @param {Opening} opening */
  async #begin({ id, fields }) {
    try {
      const ok = await this.connection.request('open', fields, id);
      this.emit('opened', ok.conversation);
      return ok;
    } finally {
      this.outbox.opening = null;
    }
  }

  /** @param {OutgoingMessage} message */
  async #deliver(message) {
    const { id, conversation } = message;
    this.outbox.mark(id, undefined);
    this.emit('change', conversation);
    const ready = this.#ready(message);
    // Drafts that wait for the same upload go on in the order in which they began to wait.
    if (ready) await ready;
    const sendable = this.outbox.find(id);
    if (sendable && !sendable.failed) await this.#send(sendable);
  }

  /**
   * Return a promise that is settled when this message and those before it are uploaded.
   *
   * @param {OutgoingMessage} message
   */
  #ready(message) {
    const { conversation } = message;
    const before = this.#uploading.get(conversation);
    if (!isToUpload(message)) return before;
    const upload = this.#upload(message, before).finally(() => {
      if (this.#uploading.get(conversation) === upload) this.#uploading.delete(conversation);
    });
    this.#uploading.set(conversation, upload);
    return upload;
  }

  /**
   * @param {OutgoingMessage} message
   * @param {Promise<void>} [before]
   */
  async #upload(message, before) {
    const { id, conversation } = message;
    try {
      await before;
      await this.#online();
      const uploads = await this.uploads();
      const changed = () => this.emit('change', conversation);
      await uploads.upload(message, this.#files.get(id), this.outbox, changed);
      this.#files.delete(id);
    } catch (error) {
      this.outbox.mark(id, /** @type {Error} */ (error).message);
      this.emit('change', conversation);
    }
  }

  /** @returns {Promise<void>} */
  async #online() {
    const { connection } = this;
    while (connection.state !== 'online')
      await new Promise((done) => {
        const stop = connection.on('state', () => done(stop()));
      });
  }

  /** @param {OutgoingMessage} message */
  async #send(message) {
    const { id, conversation, text, note, upload, unmasked } = message;
    const type = note ? 'note' : 'send';
    const what = upload ? { file: upload } : { text, unmasked };
    try {
      const { seq } = await this.connection.request(type, { conversation, ...what }, id);
      this.outbox.remove(id);
      if (!this.#landed.has(id)) this.#acknowledged.push({ ...message, seq });
    } catch (error) {
      this.outbox.mark(id, /** @type {Error} */ (error).message);
    }
    this.#landed.delete(id);
    this.emit('change', conversation);
  }
}

/** @param {OutgoingMessage} message */
function isToUpload({ file, upload }) {
  return Boolean(file) && !upload;
}
