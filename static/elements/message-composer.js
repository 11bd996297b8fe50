import { build } from './build.js';

const PAUSE = 3_000;

/**
 * Where one writes. Enter sends, Shift+Enter breaks the line, also while an input method is
 * composing nothing is sent. Emits `send` (text), `typing` (boolean) and `draft` (text).
 */
export class MessageComposer extends HTMLElement {
  #field = build('textarea', { rows: 1, dir: 'auto', maxLength: 8_000 });
  #button = build('button', { type: 'submit', className: 'primary' });
  #isTyping = false;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;

  connectedCallback() {
    if (this.firstChild) return;
    const form = build('form', { onsubmit: (/** @type {Event} */ event) => this.#submit(event) });
    form.append(this.#field, this.#button);
    this.append(form);
    this.#field.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) this.#submit(event);
    });
    this.#field.addEventListener('input', () => this.#typed());
  }

  /**
   * @param {{label: string, send: string}} words
   * @param {boolean} enabled
   */
  show(words, enabled) {
    this.#field.placeholder = words.label;
    this.#field.setAttribute('aria-label', words.label);
    this.#button.textContent = words.send;
    this.#field.disabled = this.#button.disabled = !enabled;
  }

  get value() {
    return this.#field.value;
  }

  set value(text) {
    this.#field.value = text;
    this.#grow();
  }

  focus() {
    this.#field.focus();
  }

  /** @param {Event} event */
  #submit(event) {
    event.preventDefault();
    const text = this.#field.value;
    if (!text.trim()) return;
    this.value = '';
    this.#setTyping(false);
    this.#tell('draft', '');
    this.#tell('send', text);
    this.#field.focus();
  }

  #typed() {
    this.#grow();
    this.#tell('draft', this.#field.value);
    this.#setTyping(this.#field.value !== '');
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#setTyping(false), PAUSE);
  }

  /** @param {boolean} on */
  #setTyping(on) {
    if (on === this.#isTyping) return;
    this.#isTyping = on;
    this.#tell('typing', on);
  }

  #grow() {
    this.#field.style.blockSize = 'auto';
    this.#field.style.blockSize = `${Math.min(this.#field.scrollHeight + 2, 160)}px`;
  }

  /**
   * @param {string} name
   * @param {unknown} detail
   */
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

customElements.define('message-composer', MessageComposer);
