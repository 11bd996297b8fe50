import { build, setText } from '../elements/dom.js';

/** The page of the menu that asks before a conversation is deleted, and tells its date of deletion. */
export class ErasePage {
  #id = '';

  /**
   * @param {object} needs
   * @param {import('../lib/i18n.js').Words} needs.words
   * @param {import('../lib/session.js').Session} needs.session
   * @param {() => void} needs.onerased called when the conversation was deleted
   * @param {() => void} needs.onkept called when the customer keeps the conversation
   */
  constructor({ words, session, onerased, onkept }) {
    this.words = words;
    this.session = session;
    this.onerased = onerased;
    this.until = build('p', { className: 'soft' });
    this.meaning = build('p');
    this.keep = this.#button('eraseNot', onkept);
    this.problem = build('p', { className: 'problem', role: 'alert' });
    this.element = build(
      'div',
      { role: 'group', 'aria-label': words.say('erase') },
      this.meaning,
      this.until,
      this.problem,
      this.keep,
      this.#button('eraseSure', () => this.#erase()),
    );
  }

  /** @param {string} id the conversation's */
  enter(id) {
    this.#id = id;
    setText(this.problem, '');
    setText(this.until, '');
    setText(this.meaning, this.words.say(this.#isClosed ? 'eraseMeans' : 'eraseMeansOpen'));
    this.keep.focus();
    void this.#tellUntil(id);
  }

  get #isClosed() {
    return this.session.conversations.get(this.#id)?.summary.status === 'closed';
  }

  /** @param {string} key @param {() => void} onclick */
  #button(key, onclick) {
    return build('button', { type: 'button', className: key, onclick }, this.words.say(key));
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

  async #erase() {
    const { session, words } = this;
    setText(this.problem, '');
    try {
      await session.request('erase', { conversation: this.#id });
      this.onerased();
    } catch (error) {
      const { code, message } = /** @type {Error & {code?: string}} */ (error);
      setText(this.problem, code === 'not_allowed' ? words.say('eraseHeld') : message);
    }
  }
}
