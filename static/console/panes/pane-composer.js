import { build, setText } from '../../elements/dom.js';
import { MessageComposer } from '../../elements/message-composer.js';
import { isComposing } from '../../lib/typing-keys.js';
import { answerWay } from './answer-way.js';
import { ReplySuggestions } from './reply-suggestions.js';

const NOTE = '//';
const MAYBE_NOTE = /^(?:\/\/.*|\/?)$/su;

/** The composer of one conversation: messages, notes, canned replies and files. */
export class PaneComposer {
  #isWriting = false;
  /** True if the server was told that the technician is typing. */
  #isTold = false;

  /**
   * @param {string} id
   * @param {object} needs
   * @param {import('../../lib/i18n.js').Words} needs.words
   * @param {import('../../lib/technician-session.js').TechnicianSession} needs.session
   * @param {import('./drafts.js').Drafts} needs.drafts
   * @param {import('./switch-guard.js').SwitchGuard} needs.guard
   * @param {import('../preferences.js').Preferences} needs.preferences
   */
  constructor(id, { words, session, drafts, guard, preferences }) {
    this.id = id;
    this.words = words;
    this.session = session;
    this.drafts = drafts;
    this.guard = guard;
    this.preferences = preferences;
    this.composer = this.#makeComposer();
    this.replies = new ReplySuggestions(id, this.composer, { words, session });
    this.note = build('p', { className: 'note-mark', hidden: true }, words.say('noteMark'));
    this.held = build('p', { className: 'held', role: 'alert', hidden: true });
    this.goes = build('p', { className: 'goes soft', hidden: true });
    this.unsent = build('p', { className: 'unsent-mark', hidden: true }, words.say('notSent'));
    const { replies, note, held, unsent, goes } = this;
    const children = [replies.element, note, held, unsent, goes, this.composer];
    this.element = build('div', { className: 'writing' }, ...children);
    this.unfollow = drafts.on('changed', (changed) => changed === id && this.#showDraft());
    this.#showDraft();
  }

  /** @param {boolean} isMine */
  update(isMine) {
    const { words } = this;
    if (!isMine) this.held.hidden = true;
    this.#showWhere(isMine);
    // Unsent text can still be read and copied after the conversation has ended.
    this.element.hidden = !isMine && this.composer.value === '';
    this.composer.limit = this.session.welcome.text_limit;
    this.composer.fileTypes = this.session.welcome.files?.types ?? [];
    this.composer.show(words, isMine, words.say('writeOrNote'));
    this.replies.refresh();
    // The style sheet hides the mark while one writes.
    this.unsent.hidden = this.composer.value.trim() === '' || !this.held.hidden;
  }

  end() {
    this.unfollow();
  }

  focus() {
    this.composer.focus();
  }

  /** Begin a shortcut of a canned reply at the caret. */
  suggestReplies() {
    this.composer.focus();
    this.composer.insert(startsLine(this.composer.field) ? '/' : '\n/');
    this.replies.update();
  }

  /** Send files in this conversation. @param {Iterable<File>} files */
  sendFiles(files) {
    for (const file of files) this.session.sendFile(this.id, file);
  }

  /** Say where the answer goes, in a conversation that has to do with e-mail. @param {boolean} isMine */
  #showWhere(isMine) {
    const conversation = this.session.conversations.get(this.id);
    const way = answerWay(conversation?.summary ?? {}, conversation?.log.events ?? []);
    this.goes.hidden = !isMine || !way;
    if (way) setText(this.goes, this.words.say(way.text, { to: way.to }));
  }

  #makeComposer() {
    const composer = new MessageComposer();
    composer.acceptsFiles = composer.offersEmoji = true;
    composer.addEventListener('send', (event) => this.#send(detail(event)));
    composer.addEventListener('typing', (event) => {
      this.#isWriting = detail(event);
      this.#tellTyping();
    });
    composer.addEventListener('draft', (event) => this.#wrote(detail(event)));
    composer.addEventListener('files', (event) => this.sendFiles(detail(event)));
    composer.addEventListener('keydown', (event) => this.#key(event), { capture: true });
    return composer;
  }

  get #isNote() {
    return this.composer.value.startsWith(NOTE);
  }

  #showDraft() {
    const text = this.drafts.textOf(this.id);
    if (text !== this.composer.value) this.composer.value = text;
    this.#showNote();
  }

  /** @param {string} text */
  #wrote(text) {
    const { drafts, guard } = this;
    drafts.write(this.id, text);
    if (text) {
      guard.wrote();
      this.held.hidden = true;
    }
    this.#showNote();
    this.#tellTyping();
    this.replies.update();
  }

  #showNote() {
    this.composer.classList.toggle('writes-note', this.#isNote);
    this.note.hidden = !this.#isNote;
  }

  /** @param {string} text */
  #send(text) {
    const { session, guard, preferences } = this;
    this.held.hidden = true;
    if (preferences.isOn('switchWarning') && guard.holds(this.id, text, performance.now()))
      return this.#hold(text);
    if (!text.startsWith(NOTE)) return session.send(this.id, text);
    const note = text.slice(NOTE.length).trim();
    return note && session.note(this.id, note);
  }

  /** @param {string} text */
  #hold(text) {
    const { words, session } = this;
    const name = session.conversations.get(this.id)?.summary.customer.name;
    this.composer.value = text;
    this.drafts.write(this.id, text);
    this.#showNote();
    this.held.hidden = false;
    setText(this.held, words.say('sendTo', { name: name || words.say('unnamed') }));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (this.replies.handleKey(event)) {
      event.preventDefault();
      event.stopPropagation();
    } else if (event.key === 'Escape' && !isComposing(event) && !this.held.hidden) {
      this.guard.wrote();
      this.held.hidden = true;
    }
  }

  /**
   * Tell the server whether the technician is typing a message. Notes are not told, nor texts that
   * begin with a slash and may become notes.
   */
  #tellTyping() {
    const on = this.#isWriting && !MAYBE_NOTE.test(this.composer.value);
    // One signal for each change, not for each key.
    if (on === this.#isTold) return;
    this.#isTold = on;
    this.session.connection.signal('typing', { conversation: this.id, on });
  }
}

/** @param {HTMLTextAreaElement} field */
function startsLine({ value, selectionStart }) {
  return selectionStart === 0 || value.charAt(selectionStart - 1) === '\n';
}

/** @param {Event} event */
function detail(event) {
  return /** @type {CustomEvent} */ (event).detail;
}
