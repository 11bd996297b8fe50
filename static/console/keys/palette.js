import { build, setText } from '../../elements/dom.js';
import { best } from '../../lib/fuzzy.js';
import { isComposing } from '../../lib/typing-keys.js';
import { printed } from './key-names.js';
import { Listbox } from './listbox.js';

/** @typedef {import('../../lib/session.js').Conversation} Conversation */
/** @typedef {import('./commands.js').Command} Command */
/** @typedef {import('../lists/paged-list.js').Listed} Listed */
/** @typedef {import('../../lib/types.js').Summary} Summary */
/** @typedef {{name: string, about: string, run: () => void, conversation?: string}} PaletteEntry */

const MAX_ENTRIES = 50;
const TYPING_PAUSE_MS = 200;
/** Characters from which on the server is asked, which knows closed conversations, too. */
const MIN_ASKED = 3;

/**
 * The command palette: all commands and conversations, found by a few letters. The open conversations
 * are known here; others are found by the server, by reference, name, address or words.
 */
export class Palette {
  #returnTo = /** @type {Element|null} */ (null);
  /** @type {PaletteEntry[]} what the server has found */
  #found = [];
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;

  /**
   * @param {object} needs
   * @param {import('../../lib/i18n.js').Words} needs.words
   * @param {() => Command[]} needs.commands
   * @param {() => Conversation[]} needs.conversations the conversations that can be opened
   * @param {(text: string) => Promise<Listed[]>} needs.search finds conversations that are not here
   * @param {(id: string, found?: Listed) => void} needs.open
   */
  constructor({ words, commands, conversations, search, open }) {
    this.words = words;
    this.commands = commands;
    this.conversations = conversations;
    this.search = search;
    this.openConversation = open;
    const label = words.say('palette');
    this.field = build('input', {
      type: 'text',
      role: 'combobox',
      placeholder: words.say('paletteHint'),
      autocomplete: 'off',
      spellcheck: false,
      'aria-label': label,
      'aria-autocomplete': 'list',
      'aria-expanded': 'true',
      'aria-haspopup': 'listbox',
      oninput: () => this.#typed(),
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event),
    });
    /** @type {Listbox<PaletteEntry>} */
    this.choice = new Listbox(this.field, { label, choose: (entry) => this.#run(entry) });
    this.nothing = build('p', { className: 'soft', role: 'status' });
    this.element = build(
      'dialog',
      { className: 'palette', 'aria-label': label },
      this.field,
      this.choice.list,
      this.nothing,
    );
    this.element.addEventListener('click', (event) => {
      if (event.target === this.element) this.element.close();
    });
    document.body.append(this.element);
  }

  open() {
    if (this.element.open) return;
    this.#returnTo = document.activeElement;
    this.field.value = '';
    this.element.showModal();
    this.#typed();
  }

  #typed() {
    this.#found = [];
    clearTimeout(this.#timer);
    const text = this.field.value.trim();
    if (text.length >= MIN_ASKED) this.#timer = setTimeout(() => this.#ask(text), TYPING_PAUSE_MS);
    this.#look();
  }

  /** @param {string} text */
  async #ask(text) {
    const listed = await this.search(text).catch(() => []);
    if (!this.element.open || this.field.value.trim() !== text) return;
    this.#found = listed.map((each) => this.#person(each, each));
    // What comes later stands below, and leaves the technician's choice where it is.
    this.#look(this.choice.current);
  }

  /** @param {number} [current] */
  #look(current) {
    const entries = best(
      this.field.value,
      this.#entries(),
      ({ name, about }) => `${name} ${about}`,
    );
    const shown = entries.slice(0, MAX_ENTRIES);
    const known = new Set(shown.map(({ conversation }) => conversation));
    const others = this.#found.filter(({ conversation }) => !known.has(conversation));
    const options = [...shown, ...others].map((entry) => ({
      value: entry,
      element: option(entry),
    }));
    this.choice.show(options, current);
    this.field.setAttribute('aria-expanded', String(options.length > 0));
    setText(this.nothing, options.length ? '' : this.words.say('paletteNothing'));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (isComposing(event) || event.key === 'Tab' || !this.choice.handleKey(event)) return;
    event.preventDefault();
  }

  /** @param {PaletteEntry} entry */
  #run(entry) {
    this.element.close();
    // The focus returns to where it was, and the command may move it.
    if (this.#returnTo instanceof HTMLElement) this.#returnTo.focus();
    entry.run();
  }

  /** @returns {PaletteEntry[]} */
  #entries() {
    const offered = this.commands().filter((each) => each.isOffered && !each.isHidden);
    const about = (/** @type {string|undefined} */ keys) => (keys ? printed(keys, this.words) : '');
    const actions = offered.map(({ name, keys, run }) => ({ name, about: about(keys), run }));
    return [...this.#people(), ...actions];
  }

  #people() {
    return this.conversations().map(({ summary }) => this.#person(summary));
  }

  /**
   * @param {Summary} summary
   * @param {Listed} [found]
   * @returns {PaletteEntry}
   */
  #person(summary, found) {
    const { words } = this;
    const { conversation, customer, reference, status, technician } = summary;
    const standing = found && status === 'active' ? (technician?.name ?? '') : '';
    return {
      conversation,
      name: customer.name || words.say('unnamed'),
      about: `${reference} · ${standing || words.say(`standing.${status}`)}`,
      run: () => this.openConversation(conversation, found),
    };
  }
}

/** @param {PaletteEntry} entry */
function option({ name, about }) {
  return build(
    'div',
    {},
    build('span', { dir: 'auto' }, name),
    build('span', { className: 'soft' }, about),
  );
}
