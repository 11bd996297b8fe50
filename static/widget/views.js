import { find } from '../elements/dom.js';
import { fetchWords } from '../elements/page-words.js';

/**
 * What fills the panel; `enter` says for which conversation.
 *
 * @typedef {{element: HTMLElement, enter: (id: string) => void, update: () => void,
 *   focus: () => void}} View
 * @typedef {'home'|'archive'|'conversation'} ViewName
 * @typedef {{name: ViewName, id: string}} Place
 */

/**
 * Fetches something that a first look does not need, and the words that go with it; nothing when
 * the server cannot be reached.
 *
 * @typedef {<Part>(load: () => Promise<Part>) => Promise<Part|undefined>} FetchPart
 */

/** Which view fills the panel, and how a customer gets from one to another. */
export class Views {
  /** @type {Place} where the customer is */
  #at = { name: 'home', id: '' };
  /** @type {Place} where the customer wants to be: the same, once that has been fetched */
  #wanted = this.#at;
  /** @type {ViewName} where one goes back to */
  #back = 'home';
  /** @type {View|null} */
  #shown = null;
  /** @type {Map<ViewName, View>} */
  #known = new Map();
  /** @type {Promise<unknown>|null} what is said beyond a first look */
  #otherWords = null;

  /**
   * @param {object} needs
   * @param {import('../lib/i18n.js').Words} needs.words
   * @param {Record<'archive'|'conversation', () => Promise<View>>} needs.load fetches a view
   * @param {() => boolean} needs.isSeen whether the panel is shown
   * @param {() => void} needs.changed called when another view is shown
   */
  constructor({ words, load, isSeen, changed }) {
    this.words = words;
    this.load = load;
    this.isSeen = isSeen;
    this.changed = changed;
  }

  /** Begin with a view that is there. @param {View} home */
  start(home) {
    this.#known.set('home', home);
  }

  /** The conversation that is shown, if one is. @returns {string|null} */
  get current() {
    return this.#shown ? this.#at.id || null : null;
  }

  /**
   * @param {ViewName} name
   * @param {string} id the conversation's
   */
  async go(name, id = '') {
    const wanted = { name, id };
    this.#wanted = wanted;
    const view = await this.prepare(name);
    // Meanwhile somebody may want to be elsewhere; and what could not be fetched is tried again.
    if (!view || wanted !== this.#wanted || this.#isThere) return;
    this.#back = name === 'conversation' && this.#at.name === 'archive' ? 'archive' : 'home';
    this.#at = wanted;
    this.#shown = view;
    find(document, '#back').hidden = name === 'home';
    find(document, '#view').replaceChildren(view.element);
    view.enter(id);
    this.changed();
    if (this.isSeen()) view.focus();
  }

  back() {
    return this.go(this.#back);
  }

  /** Go where somebody wanted to be when the server could not be reached. */
  goOn() {
    if (!this.#isThere) void this.go(this.#wanted.name, this.#wanted.id);
  }

  update() {
    this.#shown?.update();
  }

  focus() {
    this.#shown?.focus();
  }

  /**
   * Have a view with all that it needs.
   *
   * @param {ViewName} name
   * @returns {Promise<View|undefined>} nothing when the server cannot be reached
   */
  async prepare(name) {
    const known = this.#known.get(name);
    if (known || name === 'home') return known;
    const view = await this.fetchPart(this.load[name]);
    if (view && !this.#known.has(name)) this.#known.set(name, view);
    return this.#known.get(name);
  }

  /**
   * Fetch something that a first look does not need, and the words that go with it.
   *
   * @template Part
   * @param {() => Promise<Part>} load
   * @returns {Promise<Part|undefined>} nothing when the server cannot be reached
   */
  async fetchPart(load) {
    const { words } = this;
    this.#otherWords ??= fetchWords('conversation', words.language).then((messages) =>
      Object.assign(words.messages, messages),
    );
    try {
      const [part] = await Promise.all([load(), this.#otherWords]);
      return part;
    } catch {
      this.#otherWords = null;
      return undefined;
    }
  }

  get #isThere() {
    const { name, id } = this.#wanted;
    return this.#shown !== null && name === this.#at.name && id === this.#at.id;
  }
}
