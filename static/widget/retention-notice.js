import { build, setText } from '../elements/dom.js';
import { loadStylesheet } from './load-stylesheet.js';

await loadStylesheet('./retention-notice.css');

/** Tells until when a conversation is kept, and deletes it before that after a confirmation. */
export class RetentionNotice {
  #id = '';

  /**
   * @param {object} needs
   * @param {import('../lib/i18n.js').Words} needs.words
   * @param {import('../lib/session.js').Session} needs.session
   * @param {() => void} needs.onerased called when the conversation was deleted
   */
  constructor({ words, session, onerased }) {
    this.words = words;
    this.session = session;
    this.onerased = onerased;
    this.until = build('p', { className: 'soft' });
    this.first = this.#button('erase', () => this.#ask(true));
    this.meaning = build('p');
    this.keep = this.#button('eraseNot', () => this.#ask(false));
    this.sure = this.#button('eraseSure', () => this.#erase());
    this.question = build(
      'div',
      { className: 'question', role: 'group', 'aria-label': words.say('erase'), hidden: true },
      this.meaning,
      this.keep,
      this.sure,
    );
    this.problem = build('p', { className: 'problem', role: 'alert' });
    this.element = build(
      'div',
      { className: 'retention-notice' },
      this.until,
      this.first,
      this.question,
      this.problem,
    );
  }

  /** Reset the question for a conversation. @param {string} id the conversation's */
  enter(id) {
    this.#id = id;
    this.#ask(false, false);
    setText(this.problem, '');
    setText(this.until, '');
    this.update();
    if (!this.element.hidden) void this.#tellUntil(id);
  }

  /** Hide the section after the conversation was deleted. */
  update() {
    const { log } = this.#conversation ?? {};
    this.element.hidden = !log || log.events.some(({ kind }) => kind === 'redacted');
  }

  get #conversation() {
    return this.session.conversations.get(this.#id);
  }

  get #isClosed() {
    return this.#conversation?.summary.status === 'closed';
  }

  /** @param {string} key @param {() => void} onclick */
  #button(key, onclick) {
    const properties = { type: 'button', className: `small ${key}`, onclick };
    return build('button', properties, this.words.say(key));
  }

  /**
   * Fetch the date of deletion. The welcome has it only for conversations that were closed then.
   *
   * @param {string} id
   */
  async #tellUntil(id) {
    if (!this.#isClosed) return;
    const { session, words } = this;
    const told = await session.request('history', { conversation: id, limit: 1 }).catch(() => null);
    if (!told || id !== this.#id) return;
    const form = new Intl.DateTimeFormat(words.locale, { dateStyle: 'long' });
    const date = told.kept_until && form.format(told.kept_until);
    setText(this.until, date ? words.say('keptUntil', { date }) : words.say('keptOn'));
  }

  /** @param {boolean} isAsking @param {boolean} [movesFocus] */
  #ask(isAsking, movesFocus = true) {
    const { words } = this;
    setText(this.meaning, words.say(this.#isClosed ? 'eraseMeans' : 'eraseMeansOpen'));
    this.first.hidden = isAsking;
    this.question.hidden = !isAsking;
    if (movesFocus) (isAsking ? this.keep : this.first).focus();
  }

  async #erase() {
    const { session, words } = this;
    setText(this.problem, '');
    try {
      await session.request('erase', { conversation: this.#id });
      /** @type {HTMLElement|null} */ (this.element.closest(':popover-open'))?.hidePopover();
      this.update();
      this.onerased();
    } catch (error) {
      const { code, message } = /** @type {Error & {code?: string}} */ (error);
      setText(this.problem, code === 'not_allowed' ? words.say('eraseHeld') : message);
    }
  }
}
