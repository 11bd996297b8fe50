import { build, setText } from '../elements/dom.js';
import { moment } from '../lib/moment.js';

const NAME = 'name';
const EMAIL = 'email';
const QUESTION = 'question';

/** The form for a question, or for a message while no technician is online. */
export class QuestionForm {
  #topicsShown = '[]';
  /** True if the customer has typed here since the panel was loaded. */
  isTouched = false;

  /**
   * @param {object} needs
   * @param {import('../lib/i18n.js').Words} needs.words
   * @param {import('../lib/session.js').Session} needs.session
   * @param {import('../lib/types.js').Storage} needs.storage what is kept for this customer
   * @param {() => string|undefined} needs.topic returns the topic that the host page has chosen
   * @param {() => string} needs.page returns the address of the host page
   * @param {() => void} needs.prepare called when the conversation will soon be shown
   */
  constructor({ words, session, storage, topic, page, prepare }) {
    this.words = words;
    this.session = session;
    this.storage = storage;
    this.topic = topic;
    this.page = page;
    this.prepare = prepare;
    this.promise = build('p', { className: 'promise', role: 'status' });
    this.topics = build('fieldset', { className: 'topics', hidden: true });
    this.text = build('textarea', { name: QUESTION, rows: 3, required: true, dir: 'auto' });
    this.name = build('input', { name: NAME, autocomplete: 'name', maxLength: 200, dir: 'auto' });
    this.email = build('input', {
      inputMode: 'email',
      name: EMAIL,
      autocomplete: 'email',
      maxLength: 320,
    });
    this.nameLabel = build('label', {}, words.say('name'), this.name);
    this.emailLabel = build('label', {}, words.say('email'), this.email);
    this.problem = build('p', { className: 'problem', role: 'alert' });
    this.button = build('button', { className: 'primary' });
    this.element = build(
      'form',
      { className: 'question', onsubmit: (/** @type {Event} */ event) => this.#submit(event) },
      this.promise,
      this.topics,
      build('label', {}, words.say('question'), this.text),
      this.nameLabel,
      this.emailLabel,
      this.problem,
      this.button,
    );
    this.text.addEventListener('input', () => this.#typed());
    this.topics.addEventListener('change', () => this.update());
    this.#recall();
  }

  /** Enable the form, unless a question is being sent. */
  enter() {
    this.button.disabled = this.session.outbox.opening !== null;
    setText(this.problem, '');
  }

  focus() {
    this.text.focus();
  }

  update() {
    const { words, session } = this;
    const { customer, topics = [], type } = session.welcome;
    this.promise.hidden = type === 'none';
    // The default topic counts already.
    void this.#offer(topics);
    setText(this.promise, this.#promise());
    this.promise.classList.toggle('available', this.#isAvailable);
    this.promise.classList.toggle('unstaffed', !this.#isStaffed);
    const { activeElement } = document;
    // A field with the focus is not hidden while it is filled in.
    this.nameLabel.hidden = Boolean(customer?.name) && activeElement !== this.name;
    const isReachable = this.#isStaffed || Boolean(customer?.email);
    this.emailLabel.hidden = isReachable && activeElement !== this.email;
    setText(this.button, words.say(this.#isStaffed ? 'start' : 'leaveMessage'));
  }

  /** Clear the question, which the server has stored. */
  forget() {
    this.text.value = '';
    this.storage.removeItem(QUESTION);
    this.button.disabled = false;
  }

  /** True if technicians are expected to be online; assumed before the welcome. */
  get #isStaffed() {
    return this.session.welcome.staffed !== false;
  }

  /** True if a question about the chosen topic is given to a technician at once. */
  get #isAvailable() {
    const { available, available_topics: free } = this.session.welcome;
    return Boolean(this.#topic ? free?.includes(this.#topic) : available);
  }

  #promise() {
    const { words, session } = this;
    const { promises } = session.welcome;
    const replyBy = promises?.[this.#topic ?? ''] ?? session.welcome.reply_by;
    if (this.#isStaffed) return words.say(this.#isAvailable ? 'available' : 'busy');
    return replyBy
      ? words.say('unavailable', { time: moment(replyBy, words.locale) })
      : words.say('unavailableNow');
  }

  #recall() {
    const { storage } = this;
    this.name.value = storage.getItem(NAME) ?? '';
    this.email.value = storage.getItem(EMAIL) ?? '';
    this.text.value = storage.getItem(QUESTION) ?? '';
  }

  #typed() {
    this.isTouched = true;
    this.storage.setItem(QUESTION, this.text.value);
    // The conversation view will be needed soon.
    this.prepare();
  }

  /** @param {import('../lib/types.js').Topic[]} topics */
  async #offer(topics) {
    const wanted = JSON.stringify(topics);
    if (wanted === this.#topicsShown) return;
    this.#topicsShown = wanted;
    const found = topics.length && (await import('./topic-choice.js').catch(() => undefined));
    if (wanted !== this.#topicsShown) return;
    this.topics.hidden = !found;
    // What could not be loaded is tried again with the next change.
    if (found) found.offerTopics(this.topics, topics, this.#topic ?? this.topic(), this.words);
    else this.#topicsShown = '[]';
    // The promise is that of the chosen topic.
    if (found) this.update();
  }

  /** @returns {string|undefined} */
  get #topic() {
    return this.topics.querySelector('input:checked')?.getAttribute('value') ?? undefined;
  }

  /** @param {Event} event */
  async #submit(event) {
    event.preventDefault();
    if (this.button.disabled || !this.text.value.trim()) return;
    this.button.disabled = true;
    setText(this.problem, '');
    try {
      await Promise.all([this.#introduce(), this.#open()]);
    } catch (error) {
      setText(this.problem, this.words.say(/** @type {Error} */ (error).message));
      this.button.disabled = false;
    }
  }

  async #introduce() {
    const { session, storage } = this;
    const [name, email] = [this.name.value.trim(), this.email.value.trim()];
    storage.setItem(NAME, name);
    storage.setItem(EMAIL, email);
    if (!name && !email) return;
    const profile = { ...(name && { name }), ...(email && { email }) };
    const { customer } = await session.request('profile', profile);
    session.welcome = { ...session.welcome, customer };
  }

  async #open() {
    const topic = this.#topic;
    // The conversation says so where this turns out not to be true.
    this.session.welcome.wasAvailable = this.#isAvailable;
    await this.session.open({
      text: this.text.value,
      page: this.page(),
      ...(topic && { topic }),
      ...(!this.#isStaffed && { written: true }),
    });
  }
}
