import { build } from '../elements/build.js';
import { day, moment } from '../lib/format.js';

/** @typedef {import('./widget.js').WidgetPanel} WidgetPanel */
/** @typedef {import('../lib/session.js').Conversation} Conversation */

const NAME = 'chatserver.name';

/** Where a customer begins: the question, the open conversation, and the earlier ones. */
export class HomeView {
  /** @param {WidgetPanel} panel */
  constructor(panel) {
    this.panel = panel;
    const { words } = panel;
    this.promise = build('p', { className: 'soft', role: 'status' });
    this.topic = build('select', { name: 'topic' });
    this.topicLabel = build('label', {}, words.say('topic'), this.topic);
    this.name = build('input', { name: 'name', autocomplete: 'name', maxLength: 200 });
    this.email = build('input', {
      name: 'email',
      type: 'email',
      autocomplete: 'email',
      maxLength: 320,
    });
    this.text = build('textarea', { name: 'text', rows: 4, required: true, maxLength: 8_000 });
    this.problem = build('p', { className: 'problem', role: 'alert' });
    this.button = build('button', { className: 'primary' }, words.say('start'));
    this.form = build(
      'form',
      { className: 'page', onsubmit: (/** @type {Event} */ event) => this.#submit(event) },
      this.promise,
      build('label', {}, words.say('question'), this.text),
      this.topicLabel,
      build('label', {}, words.say('name'), this.name),
      build('label', {}, words.say('email'), this.email),
      this.problem,
      this.button,
    );
    this.lists = build('div', { className: 'page' });
  }

  /** @param {HTMLElement} view */
  enter(view) {
    this.name.value ||= this.panel.storage.getItem(NAME) ?? '';
    view.append(this.form, this.lists);
  }

  update() {
    const { words, session } = this.panel;
    const { available, reply_by: replyBy, topics = [] } = session.welcome;
    this.promise.textContent = available
      ? words.say('available')
      : replyBy
        ? words.say('unavailable', { time: moment(replyBy, words.language) })
        : '';
    this.#offerTopics(topics);
    const all = [...session.conversations.values()].sort(
      (a, b) => b.summary.opened_at - a.summary.opened_at,
    );
    this.lists.replaceChildren(
      ...this.#list(
        'openConversations',
        all.filter(({ summary }) => summary.status !== 'closed'),
      ),
      ...this.#list(
        'pastConversations',
        all.filter(({ summary }) => summary.status === 'closed'),
      ),
    );
    this.lists.hidden = all.length === 0;
  }

  /** @param {import('../lib/types.js').Topic[]} topics */
  #offerTopics(topics) {
    this.topicLabel.hidden = topics.length === 0;
    if (this.topic.options.length === topics.length + 1) return;
    const any = { id: '', name: this.panel.words.say('anyTopic') };
    this.topic.replaceChildren(
      ...[any, ...topics].map(({ id, name }) => build('option', { value: id }, name)),
    );
  }

  /**
   * @param {string} heading
   * @param {Conversation[]} conversations
   */
  #list(heading, conversations) {
    if (!conversations.length) return [];
    const items = conversations.map((conversation) => this.#item(conversation));
    return [build('h2', {}, this.panel.words.say(heading)), build('ul', {}, ...items)];
  }

  /** @param {Conversation} conversation */
  #item({ summary }) {
    const { words } = this.panel;
    const about = summary.subject || summary.last?.text || summary.reference;
    const date = `${summary.reference} · ${day(summary.opened_at, words.language)}`;
    return build(
      'li',
      {},
      build(
        'button',
        { type: 'button', onclick: () => this.panel.open(summary.conversation) },
        build('span', { dir: 'auto' }, about),
        build('span', { className: 'soft' }, date),
      ),
    );
  }

  /** @param {Event} event */
  async #submit(event) {
    event.preventDefault();
    const { session, storage } = this.panel;
    this.button.disabled = true;
    this.problem.textContent = '';
    const [name, email, text] = [this.name.value.trim(), this.email.value.trim(), this.text.value];
    try {
      storage.setItem(NAME, name);
      if (name || email)
        await session.request('profile', { ...(name && { name }), ...(email && { email }) });
      const topic = this.topic.value;
      const opened = await session.request('open', { text, ...(topic && { topic }) });
      this.text.value = '';
      this.panel.open(opened.conversation);
    } catch (error) {
      this.problem.textContent = /** @type {Error} */ (error).message;
    } finally {
      this.button.disabled = false;
    }
  }
}
