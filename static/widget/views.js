import { find } from '../elements/dom.js';
import { fetchWords } from '../elements/page-words.js';

/**
 * A view fills the panel; `enter` tells which conversation it shows, `heading` names the
 * technician, while there is one to talk to.
 *
 * @typedef {{element: HTMLElement, enter: (id: string) => void, update: () => void,
 *   focus: () => void, heading?: {name: string, initials: string}|null}} PanelView
 * @typedef {'home'|'archive'|'conversation'} ViewName
 * @typedef {{name: ViewName, id: string}} Destination
 */

/**
 * Loads a module that the first view does not need, together with its words; undefined if the
 * server cannot be reached.
 *
 * @typedef {<Part>(load: () => Promise<Part>) => Promise<Part|undefined>} FetchPart
 */

/** The view that fills the panel, and the navigation between views. */
export class Views {
  /** @type {Destination} the view that is shown */
  #at = { name: 'home', id: '' };
  /** @type {Destination} the view that is wanted, which may still be loading */
  #wanted = this.#at;
  /** @type {ViewName} the view to which `back` leads */
  #back = 'home';
  /** @type {PanelView|null} */
  #shown = null;
  /** @type {Map<ViewName, PanelView>} */
  #known = new Map();
  /** @type {Promise<unknown>|null} the words beyond the first view */
  #otherWords = null;

  /**
   * @param {object} needs
   * @param {import('../lib/i18n.js').Words} needs.words
   * @param {Record<'archive'|'conversation', () => Promise<PanelView>>} needs.load loads a view
   * @param {() => boolean} needs.mayFocus false while the customer is elsewhere in the host page
   * @param {() => void} needs.changed called when another view is shown
   */
  constructor({ words, load, mayFocus, changed }) {
    this.words = words;
    this.load = load;
    this.mayFocus = mayFocus;
    this.changed = changed;
  }

  /** Set the first view, which needs no loading. @param {PanelView} home */
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
    // Another view may be wanted by now. A view that could not be loaded is tried again by goOn.
    if (!view || wanted !== this.#wanted || this.#isThere) return;
    this.#back = name === 'conversation' && this.#at.name === 'archive' ? 'archive' : 'home';
    this.#at = wanted;
    this.#shown = view;
    find(document, '#back').hidden = name === 'home';
    find(document, '#view').replaceChildren(view.element);
    view.enter(id);
    this.changed();
    this.focus();
  }

  back() {
    return this.go(this.#back);
  }

  /** Try again to show the wanted view, after the connection was restored. */
  goOn() {
    if (!this.#isThere) void this.go(this.#wanted.name, this.#wanted.id);
  }

  get heading() {
    return this.#shown?.heading;
  }

  update() {
    this.#shown?.update();
  }

  focus() {
    if (this.mayFocus()) this.#shown?.focus();
  }

  /**
   * Load a view, its style sheets and its words.
   *
   * @param {ViewName} name
   * @returns {Promise<PanelView|undefined>} undefined if the server cannot be reached
   */
  async prepare(name) {
    const known = this.#known.get(name);
    if (known || name === 'home') return known;
    const view = await this.fetchPart(this.load[name]);
    if (view && !this.#known.has(name)) this.#known.set(name, view);
    return this.#known.get(name);
  }

  /**
   * Load a module that the first view does not need, together with its words.
   *
   * @template Part
   * @param {() => Promise<Part>} load
   * @returns {Promise<Part|undefined>} undefined if the server cannot be reached
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
      // A failed download of the words is tried again with the next part.
      this.#otherWords = null;
      return undefined;
    }
  }

  get #isThere() {
    const { name, id } = this.#wanted;
    return this.#shown !== null && name === this.#at.name && id === this.#at.id;
  }
}
