import { build, setText } from '../../elements/dom.js';
import { markedText } from '../../elements/marked-text.js';
import { aroundMatch, splitExcerpt } from '../../lib/search-excerpt.js';
import { period, when } from '../date-format.js';
import { PagedList } from './paged-list.js';
import { VirtualList } from './virtual-list.js';

/** @typedef {import('./paged-list.js').Listed} Listed */

const TYPING_PAUSE_MS = 250;
const STALE_MS = 15_000;
const CHARACTERS_BEFORE_MATCH = 16;

/**
 * The list of all conversations that the technician may read, open and closed, with a full-text
 * search, a status and a period; for supervisors those of all technicians.
 */
export class ConversationBrowser {
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;
  #loadedAt = -Infinity;

  /**
   * @param {object} needs
   * @param {import('../../lib/i18n.js').Words} needs.words
   * @param {import('../../lib/technician-session.js').TechnicianSession} needs.session
   * @param {(id: string, item: Listed) => Promise<void>} needs.open rejects with Refusal
   */
  constructor({ words, session, open }) {
    this.words = words;
    this.session = session;
    this.open = open;
    this.listing = new PagedList((fields) => session.request('list', fields));
    this.listing.on('change', () => this.#show());
    this.search = build('input', {
      type: 'search',
      maxLength: 200,
      oninput: () => this.#searched(),
    });
    this.whose = this.#choice({ mine: 'listMine', all: 'listAll' });
    this.which = this.#choice({
      any: 'listAny',
      active: 'listActive',
      closed: 'listClosed',
      abandoned: 'listAbandoned',
    });
    this.since = this.#date();
    this.until = this.#date();
    this.whoseLabel = build('label', { hidden: true }, words.say('listWhose'), this.whose);
    this.filters = build(
      'div',
      { className: 'filters' },
      this.whoseLabel,
      build('label', {}, words.say('listWhich'), this.which),
      build('label', {}, words.say('listSince'), this.since),
      build('label', {}, words.say('listUntil'), this.until),
    );
    this.searchLabel = build('label', {}, words.say('listSearch'), this.search);
    this.told = build('p', { className: 'soft told', role: 'status' });
    this.problem = build('p', { className: 'problem', role: 'alert' });
    const again = { type: 'button', hidden: true, onclick: () => this.listing.more() };
    this.again = build('button', again, words.say('retry'));
    this.list = this.#makeList();
    this.section = build(
      'section',
      { className: 'browser' },
      this.searchLabel,
      this.filters,
      this.told,
      this.problem,
      this.again,
      this.list,
    );
  }

  /**
   * Called when the list becomes visible: it keeps its position, or is loaded again if it is stale.
   */
  show() {
    this.#refresh();
  }

  /** Update the rows of conversations that have changed. */
  update() {
    this.whoseLabel.hidden = !this.session.welcome.supervises;
    if (!this.#isShown) return;
    // The list may have been opened before the session had begun.
    if (!this.#hasLoaded) this.#refresh();
    const known = [...this.session.conversations.values()];
    const changed = known.filter(({ summary }) => this.listing.refresh(summary));
    if (changed.length) this.#showRows();
  }

  /**
   * Reload a list with open conversations, whose changes are not sent to technicians without a part
   * in them; called once a second.
   */
  tick() {
    if (this.#isShown && !this.#isOver) this.#refresh();
  }

  #refresh() {
    if (!this.session.me.id || !this.#isAtTop || !this.#isStale) return;
    this.#restart({ isQuiet: this.#hasLoaded });
  }

  get #hasLoaded() {
    return this.#loadedAt > -Infinity;
  }

  /** True if only conversations are listed that do not change any more. */
  get #isOver() {
    return this.which.value === 'closed' || this.which.value === 'abandoned';
  }

  get #isStale() {
    return performance.now() - this.#loadedAt > STALE_MS;
  }

  /** True if reloading moves nothing away from the reader. */
  get #isAtTop() {
    return this.list.scrollTop === 0 && this.list.active <= 0;
  }

  get #isShown() {
    return this.section.checkVisibility();
  }

  /** @param {Record<string, string>} options */
  #choice(options) {
    const choices = Object.entries(options).map(([value, key]) =>
      build('option', { value }, this.words.say(key)),
    );
    return build('select', { onchange: () => this.#restart() }, ...choices);
  }

  #date() {
    return build('input', { type: 'date', onchange: () => this.#restart() });
  }

  #makeList() {
    const list = new VirtualList();
    list.id = 'all-conversations';
    list.setAttribute('aria-label', this.words.say('tabFind'));
    list.fill = (index) => this.#row(/** @type {Listed} */ (this.listing.items[index]));
    list.keyOf = (index) => this.listing.items[index]?.conversation ?? '';
    list.addEventListener('near-end', () => this.listing.more());
    list.addEventListener('choose', (event) =>
      this.#open(/** @type {CustomEvent} */ (event).detail),
    );
    return list;
  }

  #searched() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#restart(), TYPING_PAUSE_MS);
  }

  #restart({ isQuiet = false } = {}) {
    clearTimeout(this.#timer);
    const status = /** @type {import('./paged-list.js').ListStatus} */ (this.which.value);
    // In these not a word was said that could be found.
    this.search.disabled = status === 'abandoned';
    const text = this.search.disabled ? '' : this.search.value.trim();
    const whose = this.whose.value === 'all' ? 'all' : 'mine';
    this.#loadedAt = performance.now();
    this.listing.restart({ status, whose, text, ...period(this.since.value, this.until.value) });
    if (isQuiet) return;
    this.list.rewind();
    setText(this.told, this.words.say('listLoading'));
  }

  #show() {
    const { isComplete, problem } = this.listing;
    setText(this.problem, problem);
    this.again.hidden = problem === '';
    setText(this.told, isComplete ? this.#howMany() : '');
    this.#showRows();
  }

  /** True if the technician has asked for something, of which there may be nothing. */
  get #isNarrowed() {
    const { search, which, since, until } = this;
    return Boolean(search.value.trim() || since.value || until.value || which.value !== 'any');
  }

  #howMany() {
    const { words } = this;
    const { items, isCut } = this.listing;
    if (!items.length) return words.say(this.#isNarrowed ? 'listNone' : 'listEmpty');
    return words.say(isCut ? 'listBest' : 'listCount', { count: items.length });
  }

  #showRows() {
    const { items, isComplete, problem } = this.listing;
    // After an error no further page is loaded until the technician retries.
    this.list.show(items.length, isComplete || problem !== '');
  }

  /** @param {number} index */
  async #open(index) {
    const item = this.listing.items[index];
    if (!item) return;
    setText(this.problem, '');
    try {
      await this.open(item.conversation, item);
    } catch (error) {
      setText(this.problem, /** @type {Error} */ (error).message);
    }
  }

  /** @param {Listed} item */
  #row(item) {
    const { words } = this;
    const name = item.customer.name || words.say('unnamed');
    const at = item.closed_at ?? item.opened_at;
    const with_ = item.technician?.name ?? '';
    const state = item.status === 'closed' ? '' : words.say(`card.${item.status}`);
    const about = [state, item.reference, with_, this.session.topicName(item.topic)];
    return [
      build('span', { className: 'name', dir: 'auto' }, name),
      build('span', { className: 'soft date' }, when(at, words.locale, this.session.now)),
      build('span', { className: 'soft', dir: 'auto' }, about.filter(Boolean).join(' · ')),
      build('span', { className: 'said', dir: 'auto' }, ...this.#said(item)),
    ];
  }

  /** @param {Listed} item */
  #said({ excerpt, subject, question, last }) {
    if (!excerpt) return [subject || question || last?.text || ''];
    return markedText(aroundMatch(splitExcerpt(excerpt), CHARACTERS_BEFORE_MATCH));
  }
}
