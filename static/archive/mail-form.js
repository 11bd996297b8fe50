import { build } from '../elements/dom.js';
import { formatName, MAIL_FORMATS } from '../elements/transcript-formats.js';
import { newId } from '../lib/connection.js';
import { isComposing } from '../lib/typing-keys.js';

/** @typedef {import('../lib/http.js').Problem} Problem */

/**
 * The form that e-mails a conversation to the reader's own address, which a code confirms first. It
 * is hidden until it is opened, and its element emits `cancel` when the reader closes it.
 */
export class MailForm {
  #conversation = '';
  /** @type {string|null} the confirmed address */
  #address = null;
  /** @type {string|null} the address to which a code was sent */
  #asked = null;

  /**
   * @param {import('../lib/i18n.js').Words} words
   * @param {import('../lib/http.js').Http} http
   */
  constructor(words, http) {
    this.words = words;
    this.http = http;
    this.said = build('p', { role: 'status' });
    this.problem = build('p', { className: 'problem', role: 'alert' });
    this.fields = build('div', { className: 'fields' });
    this.element = build(
      'form',
      {
        className: 'label',
        hidden: true,
        onsubmit: (/** @type {SubmitEvent} */ event) => this.#submit(event),
        onkeydown: (/** @type {KeyboardEvent} */ event) =>
          event.key === 'Escape' && !isComposing(event) && this.close(true),
      },
      this.fields,
      this.problem,
      this.said,
    );
    /** @type {Element|null} */
    this.opener = null;
  }

  /** @param {string|null} address the confirmed address */
  know(address) {
    this.#address = address;
  }

  /** @param {string} conversation */
  open(conversation) {
    this.opener = document.activeElement;
    this.#conversation = conversation;
    this.#asked = null;
    this.element.hidden = false;
    this.said.textContent = '';
    this.#show();
  }

  /** @param {boolean} [back] return the focus to the opening button */
  close(back = false) {
    this.element.hidden = true;
    if (!back) return;
    if (this.opener instanceof HTMLElement) this.opener.focus();
    this.element.dispatchEvent(new Event('cancel'));
  }

  #show() {
    this.problem.textContent = '';
    const parts =
      this.#address && this.#asked === null ? this.#sending(this.#address) : this.#confirming();
    this.fields.replaceChildren(...parts, this.#buttons());
    /** @type {HTMLElement|null} */ (this.fields.querySelector('input, select'))?.focus();
  }

  /** @param {string} address */
  #sending(address) {
    const options = MAIL_FORMATS.map((format) =>
      build('option', { value: format }, formatName(this.words, format)),
    );
    const select = build('select', { name: 'format' }, ...options);
    return [
      build('p', { dir: 'auto' }, this.words.say('mailTo', { address })),
      build('label', {}, this.words.say('mailAs'), select),
    ];
  }

  #confirming() {
    if (this.#asked) {
      const code = {
        name: 'code',
        required: true,
        inputMode: 'numeric',
        autocomplete: 'one-time-code',
      };
      return [
        build('p', { dir: 'auto' }, this.words.say('codeSent', { address: this.#asked })),
        build('label', {}, this.words.say('code'), build('input', code)),
      ];
    }
    const email = {
      name: 'email',
      type: 'text',
      inputMode: 'email',
      required: true,
      autocomplete: 'email',
    };
    return [
      build('p', {}, this.words.say('confirmFirst')),
      build('label', {}, this.words.say('email'), build('input', email)),
    ];
  }

  #buttons() {
    const isSending = this.#address && this.#asked === null;
    const actOfAddress = this.#asked ? 'confirm' : 'sendCode';
    const act = isSending ? 'mailSend' : actOfAddress;
    const other = () => {
      this.#address = null;
      this.#asked = null;
      this.#show();
    };
    return build(
      'div',
      { className: 'actions' },
      build('button', { className: 'primary' }, this.words.say(act)),
      Boolean(this.#address || this.#asked) &&
        build('button', { type: 'button', onclick: other }, this.words.say('otherAddress')),
      build(
        'button',
        { type: 'button', onclick: () => this.close(true) },
        this.words.say('cancel'),
      ),
    );
  }

  /** @param {SubmitEvent} event */
  async #submit(event) {
    event.preventDefault();
    const given = Object.fromEntries(new FormData(this.element));
    const button = this.element.querySelector('button');
    if (button) button.disabled = true;
    this.problem.textContent = '';
    this.said.textContent = '';
    try {
      await this.#do(given);
    } catch (error) {
      const { code, field, message } = /** @type {Problem} */ (error);
      const isWrong = code === 'invalid' && (field === 'code' || field === 'email');
      this.problem.textContent = isWrong ? this.words.say(`${field}Wrong`) : message;
    }
    if (button) button.disabled = false;
  }

  /** @param {Record<string, FormDataEntryValue>} given */
  async #do(given) {
    const id = newId();
    if ('format' in given) {
      const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;
      const path = `/archive/conversations/${this.#conversation}/mail`;
      const { email } = await this.http.post(path, { id, timezone, format: given.format });
      this.said.textContent = this.words.say('mailed', { address: email });
      return;
    }
    const { email, confirmed } = await this.http.post('/archive/address', { id, ...given });
    this.#asked = confirmed ? null : email;
    if (confirmed) this.#address = email;
    this.#show();
  }
}
