import { build, setText } from '../elements/dom.js';

/** @typedef {import('../lib/session.js').Conversation} Conversation */
/** @typedef {import('./views.js').FetchPart} FetchPart */

/** The first view: the open conversations, the question form, and the way to the archive. */
export class HomeView {
  /** @type {import('./conversation-cards.js').ConversationCards|null} */
  #cards = null;

  /**
   * @param {object} needs
   * @param {import('../lib/i18n.js').Words} needs.words
   * @param {import('../lib/session.js').Session} needs.session
   * @param {import('./question-form.js').QuestionForm} needs.form
   * @param {() => Conversation[]} needs.open the open conversations, newest first
   * @param {() => string} needs.greeting
   * @param {(name: 'archive'|'conversation', id?: string) => void} needs.go
   * @param {FetchPart} needs.fetchPart
   */
  constructor({ words, session, form, open, greeting, go, fetchPart }) {
    this.needs = { words, session, open, greeting, go, fetchPart };
    this.greeting = build('p', { className: 'greeting', dir: 'auto' });
    this.cards = build('section');
    this.form = form;
    this.archive = build(
      'button',
      { type: 'button', className: 'archive', onclick: () => go('archive') },
      words.say('archive'),
    );
    const privacy = { href: `/privacy?language=${words.language}`, target: '_blank' };
    this.element = build(
      'div',
      { className: 'page' },
      this.greeting,
      this.cards,
      this.form.element,
      this.archive,
      build('a', privacy, words.say('privacy')),
    );
  }

  enter() {
    this.form.enter();
  }

  focus() {
    this.form.focus();
  }

  update() {
    const { session, greeting } = this.needs;
    setText(this.greeting, greeting());
    this.greeting.hidden = !this.greeting.textContent;
    const open = this.needs.open();
    this.cards.hidden = open.length === 0;
    if (open.length) void this.#showOpen();
    this.archive.hidden = session.conversations.size === open.length;
    this.form.update();
  }

  async #showOpen() {
    const { words, session, open, go, fetchPart } = this.needs;
    const found = await fetchPart(() => import('./conversation-cards.js'));
    if (!found) return;
    if (!this.#cards) {
      this.#cards = new found.ConversationCards(words, (id) => go('conversation', id));
      this.cards.append(found.heading(words), this.#cards.element);
    }
    this.#cards.show(open().map((each) => ({ ...each.summary, unread: session.unread(each) })));
  }
}
