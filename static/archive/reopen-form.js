import { build } from '../elements/dom.js';
import { newId } from '../lib/connection.js';
import { isComposing } from '../lib/typing-keys.js';

/** @typedef {import('../lib/http.js').Problem} Problem */

/** The form with which a closed conversation is continued, hidden until it is opened. */
export class ReopenForm {
  #conversation = '';
  #request = '';

  /**
   * @param {import('../lib/i18n.js').Words} words
   * @param {import('../lib/http.js').Http} http
   * @param {(conversation: string, replyBy: number) => void} reopened called with the id and the
   *   time (ms) by which an answer is promised
   */
  constructor(words, http, reopened) {
    this.http = http;
    this.reopened = reopened;
    this.text = build('textarea', { rows: 4, required: true });
    this.problem = build('p', { className: 'problem', role: 'alert' });
    this.send = build('button', { className: 'primary' }, words.say('reopenSend'));
    this.element = build(
      'form',
      {
        className: 'label',
        hidden: true,
        onsubmit: (/** @type {Event} */ event) => this.#submit(event),
        onkeydown: (/** @type {KeyboardEvent} */ event) =>
          event.key === 'Escape' && !isComposing(event) && this.close(true),
      },
      build('label', {}, words.say('reopenText'), this.text),
      this.problem,
      build(
        'div',
        { className: 'actions' },
        this.send,
        build('button', { type: 'button', onclick: () => this.close(true) }, words.say('cancel')),
      ),
    );
    /** @type {Element|null} */
    this.opener = null;
  }

  /** @param {string} conversation */
  open(conversation) {
    this.opener = document.activeElement;
    // One id for all attempts to send: what an answer was lost for is not said twice.
    if (conversation !== this.#conversation) this.#request = newId();
    this.#conversation = conversation;
    this.problem.textContent = '';
    this.element.hidden = false;
    this.text.focus();
  }

  /** @param {boolean} [back] return the focus to the opening button */
  close(back = false) {
    this.element.hidden = true;
    if (back && this.opener instanceof HTMLElement) this.opener.focus();
  }

  /** @param {Event} event */
  async #submit(event) {
    event.preventDefault();
    const id = this.#conversation;
    this.problem.textContent = '';
    this.send.disabled = true;
    try {
      const said = { id: this.#request, text: this.text.value };
      const answer = await this.http.post(`/archive/conversations/${id}/reopen`, said);
      this.text.value = '';
      this.#conversation = '';
      this.close();
      this.reopened(id, answer.reply_by);
    } catch (error) {
      this.problem.textContent = /** @type {Problem} */ (error).message;
    }
    this.send.disabled = false;
  }
}
