import { newId } from './connection.js';
import { Emitter } from './emitter.js';

/** @typedef {import('./types.js').Frame} Frame */
/** @typedef {import('./types.js').ChatEvent} ChatEvent */
/** @typedef {import('./types.js').Draft} Draft */
/** @typedef {import('./types.js').Opening} Opening */

/**
 * Brings what was typed to the server, each thing once, and knows what is still on its way.
 *
 * Emits `change` (conversation id) and `opened` (id of the conversation that was asked for).
 */
export class Delivery extends Emitter {
  /** @type {(Draft & {seq: number})[]} acknowledged, while their events are on the way */
  #acknowledged = [];
  /** @type {Set<string>} ids of drafts whose events are here, while `ok` is on the way */
  #landed = new Set();

  /**
   * @param {import('./connection.js').Connection} connection
   * @param {import('./outbox.js').Outbox} outbox
   */
  constructor(connection, outbox) {
    super();
    this.connection = connection;
    this.outbox = outbox;
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

  /** @param {{conversation: string, text: string, note?: boolean}} what */
  async post(what) {
    const draft = { id: newId(), at: Date.now(), ...what };
    this.outbox.add(draft);
    await this.#deliver(draft);
  }

  /** @param {string} id */
  async retry(id) {
    const draft = this.outbox.drafts.find((each) => each.id === id);
    if (draft) await this.#deliver(draft);
  }

  /** What an earlier page, or this one before it was welcome, could not send. */
  sendKept() {
    for (const draft of this.outbox.drafts) if (!draft.failed) void this.#deliver(draft);
    const { opening } = this.outbox;
    if (opening) this.#begin(opening).catch(() => undefined);
  }

  /**
   * @param {string} conversation
   * @param {number} last the newest seq that is here
   */
  drafts(conversation, last) {
    const isOnItsWay = (/** @type {{conversation: string, seq: number}} */ each) =>
      each.conversation === conversation && each.seq > last;
    const waiting = this.outbox.of(conversation).filter(({ id }) => !this.#landed.has(id));
    return [...this.#acknowledged.filter(isOnItsWay), ...waiting];
  }

  /** One's own event is here, perhaps before its `ok`. @param {ChatEvent} event */
  landed({ conversation, seq, kind, text }) {
    const isNote = kind === 'note';
    const before = this.#acknowledged.length;
    this.#acknowledged = this.#acknowledged.filter(
      (each) => each.conversation !== conversation || each.seq > seq,
    );
    if (this.#acknowledged.length < before) return;
    const draft = this.drafts(conversation, seq).find(
      (each) => each.text === text && Boolean(each.note) === isNote && !each.failed,
    );
    if (draft) this.#landed.add(draft.id);
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

  /** @param {Draft} draft */
  async #deliver(draft) {
    const { id, conversation, text, note } = draft;
    const type = note ? 'note' : 'send';
    this.outbox.mark(id, undefined);
    this.emit('change', conversation);
    try {
      const { seq } = await this.connection.request(type, { conversation, text }, id);
      this.outbox.remove(id);
      if (!this.#landed.has(id)) this.#acknowledged.push({ ...draft, seq });
    } catch (error) {
      this.outbox.mark(id, /** @type {Error} */ (error).message);
    }
    this.#landed.delete(id);
    this.emit('change', conversation);
  }
}
