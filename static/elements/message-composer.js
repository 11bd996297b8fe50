import { build } from './build.js';
import { setText } from './rows.js';

const PAUSE = 3_000;
const LONGEST = 8_000;
const TALLEST = 160;
const COMPOSING = 229;

/**
 * Where one writes. Enter sends, Shift+Enter breaks the line, and while an input method is
 * composing nothing is sent. Emits `send` (text), `typing` (boolean) and `draft` (text).
 */
export class MessageComposer extends HTMLElement {
  #field = build('textarea', { rows: 1, dir: 'auto', enterKeyHint: 'send' });
  #button = build('button', { type: 'submit', className: 'primary' });
  #problem = build('p', { className: 'problem', role: 'status' });
  #isTyping = false;
  #isEnabled = false;
  #isAwaited = false;
  #tooLong = '';
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;

  connectedCallback() {
    if (this.firstChild) return;
    const form = build('form', { onsubmit: (/** @type {Event} */ event) => this.#submit(event) });
    form.append(this.#field, this.#button);
    this.append(this.#problem, form);
    this.#field.addEventListener('keydown', (event) => {
      const composes = event.isComposing || event.keyCode === COMPOSING;
      if (event.key === 'Enter' && !event.shiftKey && !composes) this.#submit(event);
    });
    this.#field.addEventListener('input', () => this.#typed());
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
    this.#setTyping(false);
  }

  /**
   * @param {{label: string, send: string, tooLong: string}} words
   * @param {boolean} enabled
   */
  show(words, enabled) {
    this.#field.placeholder = words.label;
    this.#field.setAttribute('aria-label', words.label);
    setText(this.#button, words.send);
    this.#tooLong = words.tooLong;
    this.#isEnabled = enabled;
    this.#field.disabled = !enabled;
    this.#check();
    if (enabled && this.#isAwaited) this.focus();
  }

  get value() {
    return this.#field.value;
  }

  set value(text) {
    this.#field.value = text;
    this.#check();
    this.#grow();
  }

  /** The field itself, for what is to happen beside it while somebody writes. */
  get field() {
    return this.#field;
  }

  /** Write a text where the caret is, in place of what is selected. @param {string} text */
  insert(text) {
    const { selectionStart, selectionEnd } = this.#field;
    this.#field.setRangeText(text, selectionStart, selectionEnd, 'end');
    this.#typed();
  }

  /** Go to the field, as soon as one may write. */
  focus() {
    this.#isAwaited = !this.#isEnabled;
    this.#field.focus();
  }

  /** @param {Event} event */
  #submit(event) {
    event.preventDefault();
    const text = this.#field.value;
    if (!text.trim() || this.#button.disabled) return;
    this.value = '';
    this.#setTyping(false);
    this.#tell('draft', '');
    this.#tell('send', text);
    this.#field.focus();
  }

  #typed() {
    this.#check();
    this.#grow();
    this.#tell('draft', this.#field.value);
    this.#setTyping(this.#field.value !== '');
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#setTyping(false), PAUSE);
  }

  /** A text that is too long is kept and said to be; cutting it would lose words unseen. */
  #check() {
    const { value } = this.#field;
    const isTooLong = value.length > LONGEST && [...value].length > LONGEST;
    setText(this.#problem, isTooLong ? this.#tooLong : '');
    this.#button.disabled = !this.#isEnabled || isTooLong;
  }

  /** @param {boolean} on */
  #setTyping(on) {
    if (on === this.#isTyping) return;
    this.#isTyping = on;
    this.#tell('typing', on);
  }

  #grow() {
    this.#field.style.blockSize = 'auto';
    this.#field.style.blockSize = `${Math.min(this.#field.scrollHeight + 2, TALLEST)}px`;
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
