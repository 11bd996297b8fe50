import { Emitter } from '../../lib/emitter.js';

/** @typedef {Record<string, any>} Answer */

const MIN_INTERVAL_MS = 3_000;
const MAX_ENTRIES = 50;

/**
 * A cache of the server's answers about conversations. An answer is fetched again when the
 * conversation has changed, but at most once in 3 s. Emits `change` (conversation id).
 */
export class LookupCache extends Emitter {
  /** @type {Map<string, {answer: Answer|null, sign: string, isAsked: boolean}>} */
  #known = new Map();

  /**
   * @param {(conversation: string) => Promise<Answer>} ask
   * @param {(run: () => void, ms: number) => void} after
   */
  constructor(ask, after = (run, ms) => void setTimeout(run, ms)) {
    super();
    this.ask = ask;
    this.after = after;
  }

  /**
   * Return the cached answer, and fetch a new one if `sign` has changed.
   *
   * @param {string} id
   * @param {string} sign identifies the state of the conversation that the answer belongs to
   * @returns {Answer|null}
   */
  get(id, sign) {
    const known = this.#known.get(id) ?? { answer: null, sign: '', isAsked: false };
    this.#remember(id, known);
    if (known.sign !== sign) {
      known.sign = sign;
      if (!known.isAsked) void this.#ask(id, known);
    }
    return known.answer;
  }

  /** Fetch every answer again when it is wanted next. */
  forget() {
    for (const known of this.#known.values()) known.sign = '';
  }

  /**
   * Add an entry; the oldest one is dropped when the cache is full.
   *
   * @param {string} id @param {any} known
   */
  #remember(id, known) {
    // Inserting again makes the entry the newest: the Map keeps the order of insertion, as for an
    // LRU cache.
    this.#known.delete(id);
    this.#known.set(id, known);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_ENTRIES && oldest !== undefined) this.#known.delete(oldest);
  }

  /**
   * @param {string} id
   * @param {{answer: Answer|null, sign: string, isAsked: boolean}} known
   */
  async #ask(id, known) {
    const { sign } = known;
    known.isAsked = true;
    try {
      known.answer = await this.ask(id);
    } catch {
      // On an error the cached answer stays, until the conversation changes again.
    }
    this.emit('change', id);
    this.after(() => {
      known.isAsked = false;
      // The conversation has changed during the pause: fetch once more, for its latest state.
      if (known.sign !== sign && known.sign) void this.#ask(id, known);
    }, MIN_INTERVAL_MS);
  }
}
