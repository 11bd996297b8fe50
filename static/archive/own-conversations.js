import { build } from '../elements/dom.js';
import { markedText } from '../elements/marked-text.js';
import { markMatches, splitExcerpt } from '../lib/search-excerpt.js';
import { Filters } from './filters.js';

/** @typedef {import('../lib/types.js').Summary} Summary */
/** @typedef {import('../lib/http.js').Problem} Problem */
/**
 * @typedef {Summary & {title: string, tags: string[], archived_at: number|null,
 *   excerpt: string, kept_until: number|null}} Item
 */

/** The customer's conversations, newest first, searched and filtered. */
export class OwnConversations {
  /** @type {Map<string, Item>} */
  #items = new Map();
  /** @type {string|null} */
  #next = null;
  #asked = 0;
  #chosen = '';
  /** @type {import('../lib/types.js').Topic[]} the topics of these conversations */
  topics = [];
  /** ms after its end for which a conversation can be continued */
  reopen = 0;

  /**
   * @param {import('../lib/i18n.js').Words} words
   * @param {import('../lib/http.js').Http} http
   * @param {(problem?: Problem) => void} outside called when the archive is not open
   * @param {(mail: {available: boolean, address: string|null}) => void} onmail
   */
  constructor(words, http, outside, onmail) {
    this.words = words;
    this.http = http;
    this.outside = outside;
    this.onmail = onmail;
    this.filters = new Filters(words, () => this.reload());
    this.status = build('p', { className: 'soft', role: 'status' });
    this.rows = build('ul', { className: 'rows' });
    this.more = build(
      'button',
      { type: 'button', hidden: true, onclick: () => this.#load(this.#next) },
      words.say('more'),
    );
    this.element = build(
      'section',
      { className: 'list', 'aria-label': words.say('conversations') },
      this.filters.element,
      this.status,
      this.rows,
      this.more,
    );
    this.date = new Intl.DateTimeFormat(words.locale, { dateStyle: 'medium' });
  }

  /** The text of the search. */
  get text() {
    return this.filters.text;
  }

  /** Tell whether a conversation can still be continued. @param {Item} item */
  canReopen({ closed_at: closedAt }) {
    return closedAt !== null && closedAt + this.reopen > Date.now();
  }

  /** @param {string} id */
  item(id) {
    return this.#items.get(id);
  }

  /**
   * Fetch the list again.
   *
   * @param {string} [said] what the list says instead of how much it has
   */
  async reload(said) {
    await this.#load(null);
    if (said) this.status.textContent = said;
  }

  /**
   * Mark the open conversation.
   *
   * @param {string} id
   * @returns {HTMLElement|null} the row of the former one
   */
  choose(id) {
    const before = this.#link(this.#chosen);
    before?.removeAttribute('aria-current');
    this.#link(id)?.setAttribute('aria-current', 'true');
    this.#chosen = id;
    return before;
  }

  /** @param {string} id */
  #link(id) {
    return id
      ? /** @type {HTMLElement|null} */ (this.rows.querySelector(`[data-id="${id}"]`))
      : null;
  }

  /** @param {string|null} before the cursor of the next page; null for the first */
  async #load(before) {
    this.#asked += 1;
    const turn = this.#asked;
    const query = this.filters.query;
    if (before) query.set('before', before);
    try {
      const answer = await this.http.get(`/archive/conversations?${query}`);
      // Answers may arrive out of order while the customer types; only the newest counts.
      if (turn === this.#asked) this.#show(answer, Boolean(before));
    } catch (error) {
      const problem = /** @type {Problem} */ (error);
      if (problem.status === 401) this.outside();
      else this.status.textContent = problem.message;
    }
  }

  /**
   * @param {{conversations: Item[], next: string|null, topics: {id: string, name: string}[],
   *   tags: string[], first_at: number|null, reopen: number,
   *   mail: {available: boolean, address: string|null}}} answer
   * @param {boolean} further
   */
  #show(answer, further) {
    this.topics = answer.topics;
    this.reopen = answer.reopen;
    this.filters.offer(answer);
    this.onmail(answer.mail);
    if (!further) this.#items.clear();
    for (const item of answer.conversations) this.#items.set(item.conversation, item);
    this.#next = answer.next;
    this.more.hidden = !answer.next;
    const lines = answer.conversations.map((item) => this.#row(item));
    if (further) this.rows.append(...lines);
    else this.rows.replaceChildren(...lines);
    if (further) /** @type {HTMLElement|null} */ (lines[0]?.firstElementChild)?.focus();
    this.status.textContent = this.#said(answer.first_at);
    this.choose(this.#chosen);
  }

  /** @param {number|null} firstAt */
  #said(firstAt) {
    const count = this.#items.size;
    if (!count) return this.words.say(firstAt === null ? 'noneYet' : 'noneFound');
    return this.words.say(this.#next ? 'countOfMore' : 'count', { count });
  }

  /** @param {Item} item */
  #row(item) {
    const { conversation, title, subject, question, topic, reference, last, excerpt, tags } = item;
    const topicName = this.topics.find(({ id }) => id === topic)?.name;
    const name = title || subject || question || topicName || last?.text || reference;
    const said = excerpt
      ? splitExcerpt(excerpt)
      : markMatches(name === last?.text ? '' : (last?.text ?? ''), this.text);
    const link = build(
      'a',
      { href: `#c=${conversation}`, 'data-id': conversation },
      build('strong', { dir: 'auto' }, ...markedText(markMatches(name, this.text))),
      build('span', { className: 'soft facts' }, this.#facts(item)),
      build('span', { className: 'said', dir: 'auto' }, ...markedText(said)),
      tags.length > 0 &&
        build('span', { className: 'tags' }, ...tags.map((tag) => build('span', {}, tag))),
    );
    return build('li', {}, link);
  }

  /** @param {Item} item */
  #facts({ opened_at: openedAt, reference, status, archived_at: archivedAt, technician }) {
    const liveState = status === 'closed' ? 'isEnded' : 'isOpen';
    const state = archivedAt ? 'isArchived' : liveState;
    const facts = [this.date.format(openedAt), technician?.name, reference, this.words.say(state)];
    return facts.filter(Boolean).join(' · ');
  }
}
