import { build, find, setText } from '../../elements/dom.js';
import { LookupCache } from '../lists/lookup-cache.js';
import { CustomerFacts } from './customer-facts.js';
import { CustomerHistory } from './customer-history.js';
import { IssuedFiles } from './issued-files.js';
import { SimilarList } from './similar-list.js';
import { SolvedReader } from './solved-reader.js';
import { TranscriptForm } from './transcript-form.js';

/** @typedef {import('../../lib/session.js').Conversation} Conversation */
/** @typedef {import('../../lib/types.js').Summary} Summary */

/**
 * The right column: the customer of the current conversation, similar solved conversations, and the
 * customer's history.
 */
export class CustomerCard {
  /** @type {string|null} */
  #current = null;
  /** @type {Element|null} the button that has opened the reader */
  #came = null;

  /**
   * @param {object} needs
   * @param {import('../../lib/i18n.js').Words} needs.words
   * @param {import('../../lib/technician-session.js').TechnicianSession} needs.session
   * @param {() => string|null} needs.current the conversation whose customer is shown
   * @param {(summary: Summary) => Promise<void>} needs.open rejects with Refusal
   * @param {(text: string) => void} needs.quote writes a text into the current conversation
   */
  constructor({ words, session, current, open, quote }) {
    this.words = words;
    this.session = session;
    this.current = current;
    this.open = open;
    const ask = (/** @type {string} */ type) => (/** @type {string} */ conversation) =>
      session.request(type, { conversation });
    this.customers = new LookupCache(ask('customer'));
    this.likenesses = new LookupCache(ask('similar'));
    for (const lookup of [this.customers, this.likenesses])
      lookup.on('change', (id) => id === this.#current && this.update());
    session.connection.on('welcome', () => this.customers.forget());
    this.facts = new CustomerFacts(words, session);
    this.similar = new SimilarList(words, session, (solved) =>
      this.#read(solved.conversation, solved.subject ?? solved.reference),
    );
    this.past = new CustomerHistory(words, session, (summary) => this.#revisit(summary));
    this.transcript = new TranscriptForm(words);
    this.given = new IssuedFiles(words, session);
    this.erase = build(
      'button',
      { type: 'button', className: 'forget', hidden: true, onclick: () => this.#erase() },
      words.say('eraseCustomer'),
    );
    this.problem = build('p', { className: 'problem', role: 'alert' });
    this.reader = new SolvedReader({ words, session, quote, leave: () => this.#leaveReader() });
    this.empty = build('p', { className: 'soft' }, words.say('cardEmpty'));
    this.card = build(
      'div',
      { className: 'card', hidden: true },
      this.facts.section,
      this.problem,
      this.similar.section,
      ...this.past.sections,
      this.transcript.section,
      this.given.section,
      this.erase,
    );
    this.place = find(document, '#right');
    this.place.setAttribute('aria-label', words.say('customerName'));
    this.place.append(this.empty, this.card, this.reader.section);
  }

  update() {
    const conversation = this.session.conversations.get(this.current() ?? '');
    const id = conversation?.summary.conversation ?? null;
    if (id !== this.#current) this.#turnTo(id);
    this.empty.hidden = conversation !== undefined;
    if (conversation) this.#show(conversation);
  }

  /** Update the customer's local time; called once a second. */
  tick() {
    this.facts.tick();
  }

  /** @param {string|null} id */
  #turnTo(id) {
    this.#current = id;
    this.reader.close();
    this.card.hidden = id === null;
    setText(this.problem, '');
    this.place.scrollTop = 0;
  }

  /** @param {Conversation} conversation */
  #show({ summary, log }) {
    const { conversation: id } = summary;
    // The data of an erased customer must not stay on the screen.
    const isErased = log.events.some(({ kind }) => kind === 'redacted');
    const card = isErased ? null : this.customers.get(id, cardSign(summary, log.events));
    const asked = lastOf(log.events, isAsked);
    const alike = asked ? this.likenesses.get(id, String(asked)) : null;
    this.facts.show(summary, card);
    this.similar.show(alike?.results ?? []);
    this.past.show(card);
    this.transcript.show(id);
    this.given.show(id);
    this.erase.hidden = !this.session.welcome.supervises;
  }

  async #erase() {
    const conversation = this.session.conversations.get(this.#current ?? '');
    const found = await import('./erase-dialog.js').catch(() => null);
    if (!found) setText(this.problem, this.words.say('unreachable'));
    else if (conversation) found.eraseDialog(this.words, conversation.summary);
  }

  /**
   * Open an own earlier conversation in a pane; one of a colleague is shown in the reader.
   *
   * @param {Summary} summary
   */
  async #revisit(summary) {
    try {
      await this.open(summary);
    } catch (error) {
      if (summary.status !== 'closed') throw error;
      await this.#open(summary.conversation, summary.subject ?? summary.reference);
    }
  }

  /** @param {string} conversation @param {string} title */
  async #read(conversation, title) {
    setText(this.problem, '');
    try {
      await this.#open(conversation, title);
    } catch (error) {
      setText(this.problem, /** @type {Error} */ (error).message);
    }
  }

  /** @param {string} conversation @param {string} title */
  async #open(conversation, title) {
    this.#came = document.activeElement;
    await this.reader.open(conversation, title);
    this.card.hidden = true;
    this.place.scrollTop = 0;
  }

  #leaveReader() {
    this.reader.close();
    this.card.hidden = false;
    const isThere = this.#came instanceof HTMLElement && this.place.contains(this.#came);
    const back = isThere ? /** @type {HTMLElement} */ (this.#came) : this.place;
    this.place.tabIndex = -1;
    back.focus();
  }
}

/**
 * Return a key that changes when the answer to `customer` may change.
 *
 * @param {Summary} summary
 * @param {import('../../lib/types.js').ChatEvent[]} events
 */
function cardSign({ status, customer, technician }, events) {
  const file = lastOf(events, ({ kind, file }) => kind === 'message' && file !== undefined);
  return [status, customer.name, technician?.id, file].join(' ');
}

/** @param {import('../../lib/types.js').ChatEvent} event */
function isAsked({ kind, author, text }) {
  return kind === 'message' && author.role === 'customer' && text !== undefined;
}

/**
 * Return the seq of the last event that matches, 0 for none.
 *
 * @param {import('../../lib/types.js').ChatEvent[]} events
 * @param {(event: import('../../lib/types.js').ChatEvent) => boolean} isSo
 */
function lastOf(events, isSo) {
  return events.findLast(isSo)?.seq ?? 0;
}
