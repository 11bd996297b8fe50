import { Emitter } from '../../lib/emitter.js';

/** @typedef {import('../../lib/types.js').Storage} Storage */
/** @typedef {{text: string, pending: boolean}} StoredDraft */

const TYPING_PAUSE_MS = 600;
// Characters. A longer draft cannot be sent as a message either, and its frame would be too large:
// the server would close the connection.
const MAX_LENGTH = 10_000;

/**
 * The unsent text of each conversation. It is kept on the server, for the technician's other
 * devices, and in this browser. Local text that the server has not received wins over the server's,
 * so that text never changes while it is typed.
 *
 * Emits `changed` (conversation id) when a draft came from elsewhere, and `begun` when a conversation
 * got a draft or has none any more.
 */
export class Drafts extends Emitter {
  /** @type {Map<string, any>} timers of pending uploads */
  #timers = new Map();

  /**
   * @param {Storage} storage
   * @param {() => string} owner the technician's id, because a browser may be shared
   * @param {(conversation: string, text: string) => boolean} tell returns true if it was sent
   * @param {Pick<import('../../lib/types.js').World, 'after'|'forget'>} world
   */
  constructor(storage, owner, tell, world) {
    super();
    this.storage = storage;
    this.owner = owner;
    this.tell = tell;
    this.world = world;
  }

  /** @param {string} id */
  textOf(id) {
    return this.#kept(id).text;
  }

  /**
   * Store a text that was typed here.
   *
   * @param {string} id
   * @param {string} text
   */
  write(id, text) {
    if (text === this.textOf(id)) return;
    this.#keep(id, { text, pending: true });
    this.world.forget(this.#timers.get(id));
    // An empty draft was sent or deleted, and must vanish from other devices at once.
    if (text === '') this.#send(id);
    else
      this.#timers.set(
        id,
        this.world.after(() => this.#send(id), TYPING_PAUSE_MS),
      );
  }

  /**
   * Merge the drafts of a welcome. They are complete: a conversation that is missing has no draft
   * on the server.
   *
   * @param {readonly {conversation: string, text: string}[]} drafts
   * @param {Iterable<string>} conversations all own conversations
   */
  merge(drafts, conversations) {
    const theirs = new Map(drafts.map(({ conversation, text }) => [conversation, text]));
    for (const id of new Set([...conversations, ...theirs.keys()])) {
      // Typed here since the server last heard of it: the local text wins.
      if (this.#kept(id).pending) this.#send(id);
      else this.#accept(id, theirs.get(id) ?? '');
    }
  }

  /**
   * Store a text that was typed on another device.
   *
   * @param {{conversation: string, text: string}} draft
   */
  receive({ conversation, text }) {
    if (!this.#kept(conversation).pending) this.#accept(conversation, text);
  }

  /**
   * @param {string} id
   * @param {string} text
   */
  #accept(id, text) {
    if (text === this.textOf(id)) return;
    this.#keep(id, { text, pending: false });
    this.emit('changed', id);
  }

  /** @param {string} id */
  #send(id) {
    this.world.forget(this.#timers.get(id));
    this.#timers.delete(id);
    const { text } = this.#kept(id);
    if (text.length <= MAX_LENGTH && this.tell(id, text)) this.#keep(id, { text, pending: false });
  }

  /** @param {string} id @returns {StoredDraft} */
  #kept(id) {
    try {
      const kept = JSON.parse(this.storage.getItem(this.#key(id)) ?? 'null');
      if (typeof kept?.text === 'string') return kept;
    } catch {
      // An unreadable entry counts as no draft.
    }
    return { text: '', pending: false };
  }

  /**
   * @param {string} id
   * @param {StoredDraft} kept
   */
  #keep(id, kept) {
    const hadText = this.textOf(id) !== '';
    if (kept.text || kept.pending) this.storage.setItem(this.#key(id), JSON.stringify(kept));
    else this.storage.removeItem(this.#key(id));
    if (hadText !== (kept.text !== '')) this.emit('begun', id);
  }

  /** @param {string} id */
  #key(id) {
    return `chatserver.console.draft.${this.owner()}.${id}`;
  }
}
