import { emojiKeys } from '../lib/emoji-keys.js';
import { isComposing } from '../lib/typing-keys.js';
import { build, setText } from './dom.js';
import { filesIn, receiveFiles } from './dropped-files.js';

/** @typedef {import('../lib/i18n.js').Words} Words */

const TYPING_PAUSE_MS = 3_000;
const LARGE_PASTE_CHARACTERS = 8_000;
const MAX_HEIGHT_PX = 160;

/**
 * The field for messages. Enter sends, Shift+Enter breaks the line; while an input method is
 * composing nothing is sent. It dispatches `send` (text), `typing` (boolean), `draft` (text) and
 * `files` (File[] that were chosen, pasted or dropped).
 */
export class MessageComposer extends HTMLElement {
  /** The most characters of a message, 0 for no limit; as in the welcome. */
  limit = 0;
  /** True if files may be chosen, pasted and dropped here. */
  acceptsFiles = false;
  /** The content types of files that the server takes. @type {string[]} */
  fileTypes = [];
  /** True if a button tells the keys of the system's emoji picker. */
  offersEmoji = false;
  #field = build('textarea', { rows: 1, dir: 'auto', enterKeyHint: 'send' });
  #button = build('button', { type: 'submit', className: 'primary' });
  #input = build('input', { type: 'file', multiple: true, hidden: true });
  #attach = tool('attach', () => this.#input.click());
  #record = tool('record', () => this.#recordVoice());
  #emoji = tool('emoji', () => this.#showEmojiKeys());
  #problem = build('p', { className: 'problem', role: 'status' });
  #asFile = build('button', { type: 'button', hidden: true, onclick: () => this.#sendAsFile() });
  #hint = build('p', { className: 'soft hint', role: 'status' });
  #isTyping = false;
  #isEnabled = false;
  #isAwaited = false;
  #isRecording = false;
  /** @type {Words|null} */
  #words = null;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;

  connectedCallback() {
    if (this.firstChild) return;
    const form = build('form', { onsubmit: (/** @type {Event} */ event) => this.#submit(event) });
    form.append(this.#input, this.#attach, this.#record, this.#emoji, this.#field, this.#button);
    this.append(this.#problem, this.#asFile, this.#hint, form);
    this.#field.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && !event.shiftKey && !isComposing(event)) this.#submit(event);
    });
    this.#field.addEventListener('input', () => this.#typed());
    this.#field.addEventListener('paste', (event) => this.#pasted(event));
    this.#input.addEventListener('change', () => this.#chosen());
    receiveFiles(this, {
      may: () => this.#takesFiles,
      hint: () => this.#words?.say('dropFiles') ?? '',
      take: (files) => this.#tell('files', files),
    });
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
    this.#setTyping(false);
    this.#discardRecording();
  }

  /**
   * @param {Words} words
   * @param {boolean} enabled
   * @param {string} [label] a label for the field, where it takes more than messages
   */
  show(words, enabled, label = words.say('write')) {
    this.#words = words;
    this.#isEnabled = enabled;
    this.#field.placeholder = label;
    this.#field.setAttribute('aria-label', label);
    setText(this.#button, words.say('send'));
    setText(this.#asFile, words.say('sendAsFile'));
    name(this.#attach, words.say('attach'));
    name(this.#record, words.say('record'));
    name(this.#emoji, words.say('emoji'));
    this.#attach.hidden = !this.acceptsFiles;
    // Browsers have no microphone for pages without https.
    const takesSound = this.fileTypes.some((type) => type.startsWith('audio/'));
    this.#record.hidden = !takesSound || !navigator.mediaDevices || !window.MediaRecorder;
    this.#emoji.hidden = !this.offersEmoji;
    for (const control of [this.#field, this.#attach, this.#emoji]) control.disabled = !enabled;
    this.#record.disabled = !enabled || this.#isRecording;
    if (!enabled) this.#discardRecording();
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

  /** The text field, for suggestions and the like beside it. */
  get field() {
    return this.#field;
  }

  /** Insert a text at the caret, in place of the selection. @param {string} text */
  insert(text) {
    const { selectionStart, selectionEnd } = this.#field;
    this.#field.setRangeText(text, selectionStart, selectionEnd, 'end');
    this.#typed();
  }

  /** Move the focus to the field once it is enabled. */
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
    setText(this.#hint, '');
    this.#check();
    this.#grow();
    this.#tell('draft', this.#field.value);
    this.#setTyping(this.#field.value !== '');
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#setTyping(false), TYPING_PAUSE_MS);
  }

  /** A text that is too long is kept, with a hint; cutting it would lose words unnoticed. */
  #check() {
    const { value } = this.#field;
    const { limit } = this;
    const isTooLong = limit > 0 && value.length > limit && [...value].length > limit;
    setText(this.#problem, (isTooLong && this.#words?.say('tooLong')) || '');
    this.#asFile.hidden = !isTooLong || !this.#takesFiles;
    this.#button.disabled = !this.#isEnabled || isTooLong;
  }

  get #takesFiles() {
    return this.acceptsFiles && this.#isEnabled;
  }

  #chosen() {
    const files = [...(this.#input.files ?? [])];
    // This lets the same file be chosen again.
    this.#input.value = '';
    if (files.length) this.#tell('files', files);
    this.#field.focus();
  }

  /** @param {ClipboardEvent} event */
  #pasted(event) {
    const { clipboardData } = event;
    const text = clipboardData?.getData('text/plain') ?? '';
    const files = this.#takesFiles && clipboardData ? filesIn(clipboardData) : [];
    if (!files.length && text.length <= LARGE_PASTE_CHARACTERS) return;
    event.preventDefault();
    if (files.length) this.#tell('files', files);
    // Pasting thousands of lines takes browsers seconds; as one insertion it is done at once.
    else this.insert(text);
  }

  #sendAsFile() {
    const file = new File([this.#field.value], 'text.txt', { type: 'text/plain' });
    this.value = '';
    this.#setTyping(false);
    this.#tell('draft', '');
    this.#tell('files', [file]);
    this.#field.focus();
  }

  async #recordVoice() {
    const words = this.#words;
    const form = this.querySelector('form');
    if (!words || !form || this.#isRecording) return;
    setText(this.#hint, '');
    this.#isRecording = this.#record.disabled = true;
    try {
      const { recordVoice } = await import('./voice-recorder.js');
      const file = await recordVoice(words, form);
      if (file) this.#tell('files', [file]);
    } catch {
      setText(this.#hint, words.say('microphoneBlocked'));
    }
    this.#isRecording = false;
    this.#record.disabled = !this.#isEnabled;
    this.#field.focus();
  }

  /** What was recorded for one conversation must not be sent in the next. */
  #discardRecording() {
    this.querySelector('.recording')?.remove();
  }

  #showEmojiKeys() {
    const keys = emojiKeys(navigator.platform);
    const text = keys ? this.#words?.say('emojiKeys', { keys }) : this.#words?.say('emojiOwn');
    setText(this.#hint, text ?? '');
    this.#field.focus();
  }

  /** @param {boolean} on */
  #setTyping(on) {
    if (on === this.#isTyping) return;
    this.#isTyping = on;
    this.#tell('typing', on);
  }

  #grow() {
    const { style, value } = this.#field;
    style.blockSize = 'auto';
    // Measuring thousands of lines is slow, and the field has its largest height anyway.
    const height =
      value.length > LARGE_PASTE_CHARACTERS ? MAX_HEIGHT_PX : this.#field.scrollHeight + 2;
    style.blockSize = `${Math.min(height, MAX_HEIGHT_PX)}px`;
  }

  /**
   * @param {string} name
   * @param {unknown} detail
   */
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/**
 * Build a button whose only content is a symbol.
 *
 * @param {string} className
 * @param {() => void} onclick
 */
function tool(className, onclick) {
  return build('button', {
    type: 'button',
    className: `plain tool ${className}`,
    hidden: true,
    onclick,
  });
}

/**
 * @param {HTMLElement} button
 * @param {string} text
 */
function name(button, text) {
  button.setAttribute('aria-label', text);
  button.title = text;
}

customElements.define('message-composer', MessageComposer);
