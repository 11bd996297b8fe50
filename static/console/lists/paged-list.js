import { Emitter } from '../../lib/emitter.js';

/** @typedef {import('../../lib/types.js').Summary & {excerpt?: string}} Listed */
/** @typedef {'any'|'active'|'closed'|'abandoned'} ListStatus */
/** @typedef {{status: ListStatus, whose: 'mine'|'all', text: string, since?: number,
 *   until?: number}} Wish */
/** @typedef {(fields: Record<string, unknown>) => Promise<Record<string, any>>} Ask */

const PAGE_SIZE = 100;
const MAX_FOUND = 200;

/** A list of conversations that is fetched page by page. Emits `change`. */
export class PagedList extends Emitter {
  /** @type {Listed[]} */
  items = [];
  /** True if all pages are loaded. */
  isComplete = false;
  isLoading = false;
  problem = '';
  /** @type {Wish} */
  wish = { status: 'any', whose: 'mine', text: '' };
  /** @type {string|null} */
  #next = null;
  #turn = 0;
  #isFirst = true;
  /** @type {Map<string, number>} */
  #places = new Map();

  /** @param {Ask} ask fetches a page */
  constructor(ask) {
    super();
    this.ask = ask;
  }

  /**
   * Start again with other criteria. The answer of a pending request is dropped; the items stay
   * until the first page has arrived.
   *
   * @param {Wish} wish
   */
  restart(wish) {
    this.wish = wish;
    this.#next = null;
    this.#isFirst = true;
    this.isComplete = this.isLoading = false;
    // Answers of requests with a former turn are dropped.
    this.#turn += 1;
    return this.more();
  }

  /** True if the search has found more than it returns. */
  get isCut() {
    return this.wish.text !== '' && this.items.length >= MAX_FOUND;
  }

  /** Fetch the next page, unless it is being fetched or there is none. */
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

  /**
   * Replace a conversation of the list by its newer state. Returns true if it is in the list.
   *
   * @param {Listed} summary
   */
  refresh(summary) {
    const index = this.#places.get(summary.conversation) ?? -1;
    const known = this.items[index];
    if (!known || known.seq >= summary.seq) return false;
    this.items[index] = { ...summary, ...(known.excerpt && { excerpt: known.excerpt }) };
    return true;
  }

  #fields() {
    const { text, ...fields } = this.wish;
    if (text) return { ...fields, text, limit: MAX_FOUND };
    return { ...fields, limit: PAGE_SIZE, ...(this.#next && { before: this.#next }) };
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
