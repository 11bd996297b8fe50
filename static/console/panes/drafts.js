import { Emitter } from '../../lib/emitter.js';

/** @typedef {import('../../lib/types.js').Storage} Storage */
/** @typedef {{text: string, pending: boolean}} Kept */

const PAUSE = 600;
// Characters. What cannot be sent need not be shared, and a longer frame would end the connection.
const LONGEST = 10_000;

/**
 * What is half written in each conversation, on the server and thereby on one's other devices.
 * A copy stays in the browser, and what the server has not heard yet goes before what it says:
 * nobody's words are replaced under their fingers.
 *
 * Emits `changed` (conversation id) when a draft came from elsewhere.
 */
export class Drafts extends Emitter {
  /** @type {Map<string, any>} timers, of what is told in a moment */
  #timers = new Map();

  /**
   * @param {Storage} storage
   * @param {() => string} owner whose drafts these are: a browser may be shared
   * @param {(conversation: string, text: string) => boolean} tell answers whether it went out
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
  of(id) {
    return this.#kept(id).text;
  }

  /**
   * Written here.
   *
   * @param {string} id
   * @param {string} text
   */
  write(id, text) {
    if (text === this.of(id)) return;
    this.#keep(id, { text, pending: true });
    this.world.forget(this.#timers.get(id));
    // An empty draft was sent or wiped, and must not be seen again on another device.
    if (text === '') this.#send(id);
    else
      this.#timers.set(
        id,
        this.world.after(() => this.#send(id), PAUSE),
      );
  }

  /**
   * The server says what it has: that goes for everything it has heard of.
   *
   * @param {readonly {conversation: string, text: string}[]} drafts
   * @param {Iterable<string>} conversations all of one's own
   */
  welcomed(drafts, conversations) {
    const theirs = new Map(drafts.map(({ conversation, text }) => [conversation, text]));
    for (const id of new Set([...conversations, ...theirs.keys()])) {
      if (this.#kept(id).pending) this.#send(id);
      else this.#accept(id, theirs.get(id) ?? '');
    }
  }

  /** Written on another device. @param {{conversation: string, text: string}} draft */
  arrived({ conversation, text }) {
    if (!this.#kept(conversation).pending) this.#accept(conversation, text);
  }

  /**
   * @param {string} id
   * @param {string} text
   */
  #accept(id, text) {
    if (text === this.of(id)) return;
    this.#keep(id, { text, pending: false });
    this.emit('changed', id);
  }

  /** @param {string} id */
  #send(id) {
    this.world.forget(this.#timers.get(id));
    this.#timers.delete(id);
    const { text } = this.#kept(id);
    if (text.length <= LONGEST && this.tell(id, text)) this.#keep(id, { text, pending: false });
  }

  /** @param {string} id @returns {Kept} */
  #kept(id) {
    try {
      const kept = JSON.parse(this.storage.getItem(this.#key(id)) ?? 'null');
      if (typeof kept?.text === 'string') return kept;
    } catch {
      // What cannot be read is no draft.
    }
    return { text: '', pending: false };
  }

  /**
   * @param {string} id
   * @param {Kept} kept
   */
  #keep(id, kept) {
    if (kept.text || kept.pending) this.storage.setItem(this.#key(id), JSON.stringify(kept));
    else this.storage.removeItem(this.#key(id));
  }

  /** @param {string} id */
  #key(id) {
    return `chatserver.console.draft.${this.owner()}.${id}`;
  }
}
