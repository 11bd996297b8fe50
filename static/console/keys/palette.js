import { build, setText } from '../../elements/dom.js';
import { best } from '../../lib/fuzzy.js';
import { isComposing } from '../../lib/typing-keys.js';
import { printed } from './key-names.js';
import { Listbox } from './listbox.js';

/** @typedef {import('../../lib/session.js').Conversation} Conversation */
/** @typedef {import('./commands.js').Command} Command */
/** @typedef {{name: string, about: string, run: () => void}} PaletteEntry */

const MAX_ENTRIES = 50;

/** The command palette: all commands and conversations, found by a few letters. */
export class Palette {
  #returnTo = /** @type {Element|null} */ (null);

  /**
   * @param {object} needs
   * @param {import('../../lib/i18n.js').Words} needs.words
   * @param {() => Command[]} needs.commands
   * @param {() => Conversation[]} needs.conversations the conversations that can be opened
   * @param {(id: string) => void} needs.open
   */
  constructor({ words, commands, conversations, open }) {
    this.words = words;
    this.commands = commands;
    this.conversations = conversations;
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
      oninput: () => this.#look(),
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
    this.#look();
  }

  #look() {
    const entries = best(
      this.field.value,
      this.#entries(),
      ({ name, about }) => `${name} ${about}`,
    );
    const options = entries
      .slice(0, MAX_ENTRIES)
      .map((entry) => ({ value: entry, element: option(entry) }));
    this.choice.show(options);
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
    const { words } = this;
    return this.conversations().map(({ summary }) => ({
      name: summary.customer.name || words.say('unnamed'),
      about: `${summary.reference} · ${words.say(`standing.${summary.status}`)}`,
      run: () => this.openConversation(summary.conversation),
    }));
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
