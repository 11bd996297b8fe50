import { build, setText } from '../elements/dom.js';
import { MessageList } from '../elements/message-list.js';
import { isComposing } from '../lib/typing-keys.js';

/** @typedef {import('../lib/types.js').Summary} Summary */
/** @typedef {import('../lib/types.js').ChatEvent} ChatEvent */

/** The conversation that a supervisor reads live beside the lists, and can take over. */
export class LiveReading {
  /** @type {string|null} */
  id = null;
  #aside = build('aside');
  #list = new MessageList();
  #title = build('h2', { id: 'reading-title', dir: 'auto', tabIndex: -1 });
  #about = build('p', { className: 'soft', dir: 'auto' });
  #problem = build('p', { className: 'problem', role: 'alert' });
  #buttons = build('div', { className: 'row' });
  #isSure = false;
  /** @type {Summary|undefined} as of the last list that had it; closed conversations are not listed */
  #listed;

  /**
   * @param {import('../lib/i18n.js').Words} words
   * @param {import('../lib/technician-session.js').TechnicianSession} session
   * @param {{listed: (id: string) => Summary|undefined, changed: () => void}} lists `listed` returns a
   *   conversation of the lists; `changed` is called when another one is read, or none
   */
  constructor(words, session, lists) {
    this.words = words;
    this.session = session;
    this.lists = lists;
  }

  /** @param {HTMLElement} aside */
  place(aside) {
    const { words } = this;
    this.#aside = aside;
    aside.setAttribute('aria-labelledby', 'reading-title');
    const close = build(
      'button',
      { type: 'button', className: 'plain', onclick: () => this.close() },
      '✕',
    );
    close.setAttribute('aria-label', words.say('stopReading'));
    aside.append(
      build('header', {}, build('div', {}, this.#title, this.#about), close),
      this.#list,
      build('footer', {}, this.#problem, this.#buttons),
    );
    this.#list.addEventListener('earlier', () => this.#earlier());
    aside.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && !isComposing(event)) this.close();
    });
  }

  /** @param {string} id */
  async open(id) {
    if (id !== this.id) {
      this.#leave();
      this.id = id;
      this.#listed = undefined;
      this.#isSure = false;
    }
    this.#aside.hidden = false;
    document.body.classList.add('reads');
    setText(this.#problem, '');
    this.lists.changed();
    this.update();
    this.#title.focus();
    await this.resume();
  }

  close() {
    const id = this.id;
    this.#leave();
    this.id = null;
    this.#aside.hidden = true;
    document.body.classList.remove('reads');
    this.lists.changed();
    const button = document.querySelector(`[data-conversation="${id}"] button`);
    if (button instanceof HTMLElement) button.focus();
  }

  /** Subscribe to the conversation, also after a reconnect. */
  async resume() {
    const { id } = this;
    if (!id) return;
    try {
      await this.session.watch(id);
    } catch (error) {
      if (id === this.id) setText(this.#problem, /** @type {Error} */ (error).message);
    }
  }

  update() {
    if (!this.id) return;
    const { words, session } = this;
    const conversation = session.conversations.get(this.id);
    const summary = this.#summary;
    setText(this.#title, summary?.customer.name || words.say('unnamed'));
    setText(this.#about, summary ? this.#where(summary) : '');
    this.#showButtons(summary);
    this.#list.show({
      events: conversation?.log.events ?? [],
      outgoing: [],
      side: 'technician',
      readBy: conversation?.summary.read.customer ?? 0,
      typing: this.#typing,
      hasEarlier: conversation?.log.hasEarlier ?? false,
      files: session.files,
      words,
      topics: session.welcome.topics,
    });
  }

  /**
   * The newest summary of the conversation: the subscription tells of its end before the lists do.
   */
  get #summary() {
    const heard = this.session.conversations.get(this.id ?? '')?.summary;
    if (this.id) this.#listed = this.lists.listed(this.id) ?? this.#listed;
    const listed = this.#listed;
    if (!listed || !heard) return listed;
    const { status, technician, seq } = heard;
    // The session's summary may lack what only lists have, such as subject and topic.
    return seq > listed.seq ? { ...listed, status, technician } : listed;
  }

  get #typing() {
    const { words, session } = this;
    const typing = session.conversations.get(this.id ?? '')?.typing;
    return typing && typing.until > Date.now() ? typing.name || words.say('customer') : null;
  }

  /** @param {Summary} summary */
  #where({ reference, technician, topic, status }) {
    const { words } = this;
    const who = technician ? words.say('with', { name: technician.name }) : '';
    const state =
      status === 'active' ? who : words.say(status === 'closed' ? 'over' : 'stillWaits');
    return [state, this.session.topicName(topic), reference].filter(Boolean).join(' · ');
  }

  /** @param {Summary|undefined} summary */
  #showButtons(summary) {
    const { words } = this;
    const wanted = this.#choice(summary);
    // Unchanged buttons keep the focus.
    if (this.#buttons.dataset.shown === `${this.id} ${wanted}`) return;
    this.#buttons.dataset.shown = `${this.id} ${wanted}`;
    const button = (/** @type {string} */ key, /** @type {() => void} */ onclick, className = '') =>
      build('button', { type: 'button', className, onclick }, words.say(key));
    const choices = {
      none: () => [],
      mine: () => [button('openInConsole', () => this.#toConsole(), 'primary')],
      theirs: () => [button('takeOver', () => this.#ask(), 'primary')],
      sure: () => [
        button('takeOverSure', () => this.#take(), 'primary'),
        button('cancel', () => this.#unsure()),
      ],
    };
    this.#buttons.replaceChildren(...choices[wanted]());
  }

  /** @param {Summary|undefined} summary */
  #choice(summary) {
    if (!summary || summary.status === 'closed') return 'none';
    if (summary.technician?.id === this.session.me.id) return 'mine';
    return this.#isSure ? 'sure' : 'theirs';
  }

  /** Take a waiting conversation at once; taking one from a colleague needs a confirmation. */
  #ask() {
    // As it is now: the button may have been made while the conversation still waited.
    if (this.#summary?.status === 'waiting') return this.#take();
    this.#isSure = true;
    this.update();
    this.#buttons.querySelector('button')?.focus();
  }

  #unsure() {
    this.#isSure = false;
    this.update();
    this.#buttons.querySelector('button')?.focus();
  }

  async #take() {
    const { session } = this;
    const waits = this.#summary?.status === 'waiting';
    setText(this.#problem, '');
    try {
      await (waits
        ? session.request('accept', { conversation: this.id })
        : session.request('transfer', { conversation: this.id, technician: session.me.id }));
      this.#toConsole();
    } catch (error) {
      setText(this.#problem, /** @type {Error} */ (error).message);
      this.#unsure();
    }
  }

  #toConsole() {
    location.assign(`/console#conversation=${this.id}`);
  }

  #earlier() {
    if (this.id) this.session.loadEarlier(this.id).catch(() => undefined);
  }

  #leave() {
    if (this.id) this.session.unwatch(this.id).catch(() => undefined);
  }
}
