import { build, setText } from '../elements/dom.js';
import { QuestionForm } from './question-form.js';

/** @typedef {import('./panel.js').Panel} Panel */

/** Where a customer begins: open conversations, the question, and the way to the earlier ones. */
export class HomeView {
  /** @type {import('./conversation-cards.js').ConversationCards|null} */
  #cards = null;

  /** @param {Panel} panel */
  constructor(panel) {
    this.panel = panel;
    const { words } = panel;
    this.greeting = build('p', { className: 'greeting', dir: 'auto' });
    this.open = build('section', {}, build('h2', {}, words.say('openConversations')));
    this.form = new QuestionForm(panel);
    this.archive = build(
      'button',
      { type: 'button', className: 'archive', onclick: () => panel.views.go('archive') },
      words.say('archive'),
    );
    this.element = build(
      'div',
      { className: 'page' },
      this.greeting,
      this.open,
      this.form.element,
      this.archive,
    );
  }

  enter() {
    this.form.enter();
  }

  focus() {
    this.form.focus();
  }

  update() {
    const { panel } = this;
    setText(this.greeting, panel.chosen('greeting'));
    this.greeting.hidden = !this.greeting.textContent;
    const open = panel.open;
    this.open.hidden = open.length === 0;
    if (open.length) void this.#showOpen();
    this.archive.hidden = panel.session.conversations.size === open.length;
    this.form.update();
  }

  async #showOpen() {
    const { panel } = this;
    const found = await panel.views.fetch(() => import('./conversation-cards.js'));
    if (!found) return;
    if (!this.#cards) {
      this.#cards = new found.ConversationCards(panel.words, (id) =>
        panel.views.go('conversation', id),
      );
      this.open.append(this.#cards.element);
    }
    this.#cards.show(
      panel.open.map((each) => ({ ...each.summary, unread: panel.session.unread(each) })),
    );
  }
}
