import { Emitter } from '../../lib/emitter.js';

/** @typedef {Record<string, any>} Answer */

const REST = 3_000;
const KEPT = 50;

/**
 * What the server knows of conversations, asked again only when something has changed, and not
 * more often than every few seconds. Emits `change` (conversation id).
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
   * The answer as far as it is known; a new one is asked for where `sign` has changed.
   *
   * @param {string} id
   * @param {string} sign says of what state of the conversation the answer has to be
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

  /** Ask anew for everything that is wanted again. */
  forget() {
    for (const known of this.#known.values()) known.sign = '';
  }

  /** The oldest make room. @param {string} id @param {any} known */
  #remember(id, known) {
    this.#known.delete(id);
    this.#known.set(id, known);
    const [oldest] = this.#known.keys();
    if (this.#known.size > KEPT && oldest !== undefined) this.#known.delete(oldest);
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
      // What was known stays; it is asked for again when something changes.
    }
    this.emit('change', id);
    this.after(() => {
      known.isAsked = false;
      if (known.sign !== sign && known.sign) void this.#ask(id, known);
    }, REST);
  }
}
