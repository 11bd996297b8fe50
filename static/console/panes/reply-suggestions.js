import { build } from '../../elements/dom.js';
import {
  fillReply,
  findReplies,
  replyValues,
  shortcutOf,
  typedShortcut,
} from '../../lib/canned-replies.js';
import { isComposing } from '../../lib/typing-keys.js';
import { Listbox } from '../keys/listbox.js';

/** @typedef {import('../../lib/canned-replies.js').Reply} Reply */

const MAX_SUGGESTIONS = 8;

/** Suggestions of canned replies while a shortcut is typed after a slash. */
export class ReplySuggestions {
  /** @type {{start: number, typed: string}|null} */
  #shortcut = null;
  /** @type {number|null} the position of a slash whose suggestions were dismissed */
  #dismissedAt = null;
  /** @type {Reply[]|undefined} */
  #replies;

  /**
   * @param {string} id
   * @param {import('../../elements/message-composer.js').MessageComposer} composer
   * @param {object} needs
   * @param {import('../../lib/i18n.js').Words} needs.words
   * @param {import('../../lib/technician-session.js').TechnicianSession} needs.session
   */
  constructor(id, composer, { words, session }) {
    this.id = id;
    this.composer = composer;
    this.session = session;
    const label = words.say('replies');
    this.choice = new Listbox(composer.field, { label, choose: (reply) => this.#insert(reply) });
    this.element = this.choice.list;
    this.element.classList.add('suggestions');
    composer.field.setAttribute('aria-autocomplete', 'list');
    composer.field.addEventListener('blur', () => this.close());
    composer.field.addEventListener('click', () => this.update());
  }

  /** Update the suggestions for a shortcut under the caret after an administrator changed them. */
  refresh() {
    const { replies } = this.session.welcome;
    if (replies === this.#replies) return;
    this.#replies = replies;
    if (this.#shortcut) this.update();
  }

  /** Update the suggestions after the text or the caret has changed. */
  update() {
    const { field } = this.composer;
    const shortcut = typedShortcut(field.value, field.selectionEnd);
    if (shortcut?.start !== this.#dismissedAt) this.#dismissedAt = null;
    this.#shortcut = this.#dismissedAt === null ? shortcut : null;
    const replies = this.#shortcut ? this.#found(this.#shortcut.typed) : [];
    this.choice.show(replies.map((reply) => ({ value: reply, element: option(reply) })));
  }

  /** Handle a key; true if it was meant for the suggestions. @param {KeyboardEvent} event */
  handleKey(event) {
    if (!this.choice.isOpen || isComposing(event)) return false;
    if (event.key === 'Escape') {
      this.#dismissedAt = this.#shortcut?.start ?? null;
      this.close();
      return true;
    }
    return this.choice.handleKey(event);
  }

  close() {
    this.#shortcut = null;
    this.choice.show([]);
  }

  /** @param {string} typed */
  #found(typed) {
    return findReplies(this.session.welcome.replies ?? [], typed).slice(0, MAX_SUGGESTIONS);
  }

  /** @param {Reply} reply */
  #insert(reply) {
    const { field } = this.composer;
    const { start = 0 } = this.#shortcut ?? {};
    const { text, gap } = fillReply(reply.text, this.#values());
    field.setSelectionRange(start, field.selectionEnd);
    this.close();
    this.composer.insert(text);
    if (gap) field.setSelectionRange(start + gap.start, start + gap.end);
  }

  #values() {
    const { session } = this;
    const { me } = session;
    const summary = session.conversations.get(this.id)?.summary;
    if (!summary)
      return replyValues({ customer: '', reference: '', technician: me.name, topic: '' });
    const { customer, reference } = summary;
    const topic = session.topicName(summary.topic);
    return replyValues({ customer: customer.name, reference, technician: me.name, topic });
  }
}

/** @param {Reply} reply */
function option(reply) {
  return build(
    'div',
    {},
    build('kbd', {}, `/${shortcutOf(reply)}`),
    build('b', { dir: 'auto' }, reply.title),
    build('span', { className: 'soft', dir: 'auto' }, reply.text),
  );
}
