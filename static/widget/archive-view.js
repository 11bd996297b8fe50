import { build, setText } from '../elements/dom.js';
import { ConversationCards } from './conversation-cards.js';

/** @typedef {import('../lib/types.js').Summary} Summary */

const TYPING_PAUSE_MS = 250;

/** The closed conversations of the customer, with a full-text search. */
export class ArchiveView {
  /** @type {Summary[]|null} the results of the search, null without one */
  #found = null;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;

  /**
   * @param {import('../lib/i18n.js').Words} words
   * @param {import('../lib/session.js').Session} session
   * @param {(conversation: string) => void} open
   */
  constructor(words, session, open) {
    this.words = words;
    this.session = session;
    this.field = build('input', {
      type: 'search',
      dir: 'auto',
      maxLength: 400,
      oninput: () => this.#typed(),
    });
    this.count = build('p', { className: 'soft', role: 'status' });
    this.cards = new ConversationCards(words, open);
    const opens = { type: 'button', className: 'archive', onclick: () => this.#openPage() };
    this.element = build(
      'div',
      { className: 'page' },
      build('h2', {}, words.say('archive')),
      build('label', {}, words.say('searchArchive'), this.field),
      this.count,
      this.cards.element,
      build('button', opens, words.say('openArchive')),
    );
  }

  enter() {
    this.update();
  }

  focus() {
    this.field.focus();
  }

  update() {
    this.cards.show(this.#found ?? this.#newest());
  }

  #newest() {
    return [...this.session.conversations.values()]
      .map(({ summary }) => summary)
      .filter(({ status }) => status === 'closed')
      .sort((a, b) => b.opened_at - a.opened_at);
  }

  /** Open the archive page in a new tab, by a link that can be used once. */
  async #openPage() {
    const { session, words } = this;
    const headers = {
      Authorization: `Bearer ${session.welcome.token}`,
      'Content-Type': 'application/json',
    };
    try {
      const answer = await fetch('/archive/link', { method: 'POST', headers, body: '{}' });
      if (!answer.ok) throw new Error(answer.statusText);
      window.open((await answer.json()).url, '_blank', 'noopener');
    } catch {
      setText(this.count, words.say('unreachable'));
    }
  }

  #typed() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#search(this.field.value.trim()), TYPING_PAUSE_MS);
  }

  /** @param {string} text */
  async #search(text) {
    const { session, words } = this;
    if (!text) return this.#show(null, '');
    try {
      const { results } = await session.request('search', { text });
      // Drop the answer to a text that has changed meanwhile.
      if (text !== this.field.value.trim()) return;
      for (const { excerpt, ...summary } of results) session.addSummary(summary);
      this.#show(results, words.say('found', { count: results.length }));
    } catch (error) {
      setText(this.count, /** @type {Error} */ (error).message);
    }
  }

  /**
   * @param {Summary[]|null} found
   * @param {string} said
   */
  #show(found, said) {
    this.#found = found;
    setText(this.count, said);
    this.update();
  }
}
