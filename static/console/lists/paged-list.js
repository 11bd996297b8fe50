import { Emitter } from '../../lib/emitter.js';

/** @typedef {import('../../lib/types.js').Summary & {excerpt?: string}} Listed */
/** @typedef {{status: 'active'|'closed', whose: 'mine'|'all', text: string}} Wish */
/** @typedef {(fields: Record<string, unknown>) => Promise<Record<string, any>>} Ask */

const PAGE = 100;
const FOUND = 200;

/**
 * A list of conversations that is fetched page by page. Emits `change`.
 */
export class PagedList extends Emitter {
  /** @type {Listed[]} */
  items = [];
  /** Whether these are all. */
  isComplete = false;
  isLoading = false;
  problem = '';
  /** @type {Wish} */
  wish = { status: 'closed', whose: 'mine', text: '' };
  /** @type {string|null} */
  #next = null;
  #turn = 0;
  #isFirst = true;
  /** @type {Map<string, number>} */
  #places = new Map();

  /** @param {Ask} ask asks the server for a page */
  constructor(ask) {
    super();
    this.ask = ask;
  }

  /**
   * Begin anew with another wish. What is on its way for the former one is forgotten; what it
   * found stays until there is something new.
   *
   * @param {Wish} wish
   */
  restart(wish) {
    this.wish = wish;
    this.#next = null;
    this.#isFirst = true;
    this.isComplete = this.isLoading = false;
    this.#turn += 1;
    return this.more();
  }

  /** Whether a search found more than it shows. */
  get isCut() {
    return this.wish.text !== '' && this.items.length >= FOUND;
  }

  /** Fetch the next page, unless it is on its way or there is none. */
  async more() {
    if (this.isComplete || this.isLoading) return;
    this.isLoading = true;
    const turn = this.#turn;
    try {
      const page = await this.ask(this.#fields());
      if (turn === this.#turn) this.#add(page);
    } catch (error) {
      if (turn === this.#turn) this.#fail(/** @type {Error} */ (error));
    }
    if (turn === this.#turn) this.emit('change');
  }

  /** Show news of a conversation that is in the list. @param {Listed} summary */
  refresh(summary) {
    const index = this.#places.get(summary.conversation) ?? -1;
    const known = this.items[index];
    if (!known || known.seq >= summary.seq) return false;
    this.items[index] = { ...summary, ...(known.excerpt && { excerpt: known.excerpt }) };
    return true;
  }

  #fields() {
    const { text, ...fields } = this.wish;
    if (text) return { ...fields, text, limit: FOUND };
    return { ...fields, limit: PAGE, ...(this.#next && { before: this.#next }) };
  }

  /** @param {Record<string, any>} page */
  #add({ conversations, next }) {
    if (this.#isFirst) [this.items, this.#isFirst] = [[], false];
    if (!this.items.length) this.#places.clear();
    for (const item of conversations) {
      this.#places.set(item.conversation, this.items.length);
      this.items.push(item);
    }
    this.#next = next;
    this.isComplete = next === null;
    this.isLoading = false;
    this.problem = '';
  }

  /** @param {Error} error */
  #fail({ message }) {
    this.isLoading = false;
    this.problem = message;
  }
}
