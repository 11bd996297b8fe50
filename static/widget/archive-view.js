import { build } from '../elements/build.js';
import { setText } from '../elements/rows.js';
import { ConversationCards } from './conversation-cards.js';

/** @typedef {import('./panel.js').Panel} Panel */
/** @typedef {import('../lib/types.js').Summary} Summary */

const PAUSE = 250;

/** The customer's earlier conversations, and a search through what was said in them. */
export class ArchiveView {
  /** @type {Summary[]|null} what was found, while something is searched for */
  #found = null;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;

  /** @param {Panel} panel */
  constructor(panel) {
    this.panel = panel;
    const { words } = panel;
    this.field = build('input', {
      type: 'search',
      dir: 'auto',
      maxLength: 400,
      oninput: () => this.#typed(),
    });
    this.count = build('p', { className: 'soft', role: 'status' });
    this.cards = new ConversationCards(words, (id) => panel.go('conversation', id));
    this.element = build(
      'div',
      { className: 'page' },
      build('h2', {}, words.say('archive')),
      build('label', {}, words.say('searchArchive'), this.field),
      this.count,
      this.cards.element,
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
    return [...this.panel.session.conversations.values()]
      .map(({ summary }) => summary)
      .filter(({ status }) => status === 'closed')
      .sort((a, b) => b.opened_at - a.opened_at);
  }

  #typed() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#search(this.field.value.trim()), PAUSE);
  }

  /** @param {string} text */
  async #search(text) {
    const { session, words } = this.panel;
    if (!text) return this.#show(null, '');
    try {
      const { results } = await session.request('search', { text });
      // An answer to what was asked before comes too late.
      if (text !== this.field.value.trim()) return;
      for (const { excerpt, ...summary } of results) session.remember(summary);
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
