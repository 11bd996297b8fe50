import { build } from '../elements/build.js';
import { Rows, setText } from '../elements/rows.js';
import { day, moment } from '../lib/format.js';

/** @typedef {import('./widget.js').WidgetPanel} WidgetPanel */
/** @typedef {import('../lib/session.js').Conversation} Conversation */

const NAME = 'chatserver.name';
const EMAIL = 'chatserver.email';
const QUESTION = 'chatserver.question';

/** Where a customer begins: the question, the open conversation, and the earlier ones. */
export class HomeView {
  /** @param {WidgetPanel} panel */
  constructor(panel) {
    this.panel = panel;
    const { words } = panel;
    this.promise = build('p', { className: 'promise', role: 'status' });
    this.topic = build('select', { name: 'topic' });
    this.topicLabel = build('label', {}, words.say('topic'), this.topic);
    this.name = build('input', { name: 'name', autocomplete: 'name', maxLength: 200 });
    this.email = build('input', {
      name: 'email',
      type: 'email',
      autocomplete: 'email',
      maxLength: 320,
    });
    this.text = build('textarea', { name: 'text', rows: 4, required: true, dir: 'auto' });
    this.problem = build('p', { className: 'problem', role: 'alert' });
    this.button = build('button', { className: 'primary' }, words.say('start'));
    this.form = this.#makeForm();
    this.open = new List(panel, 'openConversations');
    this.past = new List(panel, 'pastConversations');
  }

  /** @param {HTMLElement} view */
  enter(view) {
    const { storage, session } = this.panel;
    this.name.value ||= storage.getItem(NAME) ?? '';
    this.email.value ||= storage.getItem(EMAIL) ?? '';
    this.text.value ||= storage.getItem(QUESTION) ?? '';
    this.button.disabled = session.outbox.opening !== null;
    setText(this.problem, '');
    view.append(this.open.element, this.form, this.past.element);
  }

  focus() {
    this.text.focus();
  }

  update() {
    const { words, session } = this.panel;
    const { available, reply_by: replyBy, topics = [] } = session.welcome;
    const time = replyBy ? moment(replyBy, words.language) : '';
    const promise = time ? words.say('unavailable', { time }) : words.say('unavailableNow');
    setText(this.promise, available ? words.say('available') : promise);
    this.promise.classList.toggle('available', Boolean(available));
    this.#offerTopics(topics);
    const all = [...session.conversations.values()].sort(
      (a, b) => b.summary.opened_at - a.summary.opened_at,
    );
    this.open.show(all.filter(({ summary }) => summary.status !== 'closed'));
    this.past.show(all.filter(({ summary }) => summary.status === 'closed'));
  }

  #makeForm() {
    const { words, storage } = this.panel;
    this.text.addEventListener('input', () => storage.setItem(QUESTION, this.text.value));
    return build(
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
  }

  /** @param {import('../lib/types.js').Topic[]} topics */
  #offerTopics(topics) {
    this.topicLabel.hidden = topics.length === 0;
    const any = { id: '', name: this.panel.words.say('anyTopic') };
    const offered = [...this.topic.options].map(({ value }) => value).join(' ');
    const wanted = [any, ...topics];
    if (offered === wanted.map(({ id }) => id).join(' ')) return;
    this.topic.replaceChildren(
      ...wanted.map(({ id, name }) => build('option', { value: id }, name)),
    );
  }

  /** @param {Event} event */
  async #submit(event) {
    event.preventDefault();
    const { session, storage } = this.panel;
    this.button.disabled = true;
    setText(this.problem, '');
    const [name, email, text] = [this.name.value.trim(), this.email.value.trim(), this.text.value];
    try {
      storage.setItem(NAME, name);
      storage.setItem(EMAIL, email);
      if (name || email)
        await session.request('profile', { ...(name && { name }), ...(email && { email }) });
      await session.open({ text, ...(this.topic.value && { topic: this.topic.value }) });
    } catch (error) {
      setText(this.problem, /** @type {Error} */ (error).message);
      this.button.disabled = false;
    }
  }

  /** The question is on disk. */
  forgetQuestion() {
    this.text.value = '';
    this.panel.storage.removeItem(QUESTION);
  }
}

/** Conversations under a heading, which is not there when they are not. */
class List {
  /**
   * @param {WidgetPanel} panel
   * @param {string} heading
   */
  constructor(panel, heading) {
    this.panel = panel;
    const list = build('ul');
    this.rows = new Rows(list, (item) => this.#row(item), build('li', { hidden: true }));
    this.element = build('div', { className: 'page' }, build('h2', {}, panel.words.say(heading)), list);
  }

  /** @param {Conversation[]} conversations */
  show(conversations) {
    this.element.hidden = conversations.length === 0;
    this.rows.show(new Map(conversations.map((each) => [each.summary.conversation, each])));
  }

  /** @param {Conversation} conversation */
  #row({ summary: { conversation } }) {
    const about = build('span', { dir: 'auto' });
    const date = build('span', { className: 'soft' });
    const onclick = () => this.panel.open(conversation);
    const element = build('li', {}, build('button', { type: 'button', onclick }, about, date));
    /** @param {Conversation} conversation */
    const show = ({ summary }) => {
      setText(about, summary.subject || summary.last?.text || summary.reference);
      const opened = day(summary.opened_at, this.panel.words.language);
      setText(date, `${summary.reference} · ${opened}`);
    };
    return { element, show };
  }
}
