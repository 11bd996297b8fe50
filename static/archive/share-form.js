import { build } from '../elements/dom.js';
import { isComposing } from '../lib/typing-keys.js';

/** @typedef {import('../lib/http.js').Problem} Problem */

/** The form that makes and withdraws a link to one conversation, hidden until it is opened. */
export class ShareForm {
  #path = '';

  /**
   * @param {import('../lib/i18n.js').Words} words
   * @param {import('../lib/http.js').Http} http
   */
  constructor(words, http) {
    this.words = words;
    this.http = http;
    this.said = build('p', { role: 'status' });
    this.problem = build('p', { className: 'problem', role: 'alert' });
    this.link = build('input', { readOnly: true, onfocus: () => this.link.select() });
    this.copy = build('button', { className: 'primary' }, words.say('copyLink'));
    this.element = build(
      'form',
      {
        className: 'label',
        hidden: true,
        onsubmit: (/** @type {Event} */ event) => this.#copy(event),
        onkeydown: (/** @type {KeyboardEvent} */ event) =>
          event.key === 'Escape' && !isComposing(event) && this.close(true),
      },
      build('label', {}, words.say('link'), this.link),
      this.problem,
      this.said,
      build(
        'div',
        { className: 'actions' },
        this.copy,
        build('button', { type: 'button', onclick: () => this.#withdraw() }, words.say('endLinks')),
        build('button', { type: 'button', onclick: () => this.close(true) }, words.say('close')),
      ),
    );
    /** @type {Element|null} */
    this.opener = null;
  }

  /** Make a new link. @param {string} conversation */
  async open(conversation) {
    this.opener = document.activeElement;
    const path = `/archive/conversations/${conversation}/share`;
    this.#path = path;
    this.link.value = '';
    this.said.textContent = '';
    this.problem.textContent = '';
    this.element.hidden = false;
    const date = new Intl.DateTimeFormat(this.words.locale, { dateStyle: 'long' });
    await this.#attempt(async () => {
      const { url, valid_until: until } = await this.http.post(path, {});
      // Never the link of another conversation, which was asked for before.
      if (path !== this.#path) return;
      this.link.value = url;
      this.said.textContent = this.words.say('linkUntil', { date: date.format(until) });
      this.link.focus();
    });
  }

  /** @param {boolean} [back] return the focus to the opening button */
  close(back = false) {
    this.element.hidden = true;
    this.link.value = '';
    if (back && this.opener instanceof HTMLElement) this.opener.focus();
  }

  /** @param {Event} event */
  async #copy(event) {
    event.preventDefault();
    try {
      await navigator.clipboard.writeText(this.link.value);
      this.said.textContent = this.words.say('copied');
    } catch {
      this.link.focus();
    }
  }

  #withdraw() {
    return this.#attempt(async () => {
      const { withdrawn: count } = await this.http.post(`${this.#path}/withdraw`, {});
      this.link.value = '';
      this.said.textContent = this.words.say('linksEnded', { count });
    });
  }

  /** @param {() => Promise<void>} act */
  async #attempt(act) {
    try {
      await act();
    } catch (error) {
      this.problem.textContent = /** @type {Problem} */ (error).message;
    }
    this.copy.disabled = !this.link.value;
  }
}
