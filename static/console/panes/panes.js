import { build, find } from '../../elements/dom.js';
import { openStorage } from '../../lib/storage.js';

/** @typedef {import('./pane.js').Pane} Pane */

const MAX_PANES = 4;
const OPEN_KEY = 'chatserver.console.open';

/** Up to four conversations side by side, of which one is current. */
export class Panes {
  /** @type {Pane[]} */
  panes = [];
  /** @type {string|null} */
  current = null;

  /**
   * @param {object} needs
   * @param {import('../../lib/i18n.js').Words} needs.words
   * @param {import('../../lib/technician-session.js').TechnicianSession} needs.session
   * @param {import('../empty-state.js').EmptyState} needs.empty shown while no pane is open
   * @param {(id: string) => Pane} needs.makePane
   * @param {(id: string|null) => void} needs.onmove called when another pane is current, or none
   * @param {() => void} needs.changed called when other panes are open, or another one is current
   */
  constructor({ words, session, empty, makePane, onmove, changed }) {
    this.session = session;
    this.empty = empty;
    this.makePane = makePane;
    this.onmove = onmove;
    this.changed = changed;
    // Each tab has panes of its own.
    this.storage = openStorage(() => sessionStorage);
    this.main = find(document, '#panes');
    this.main.append(this.empty.element);
    this.veil = build('button', {
      type: 'button',
      className: 'veil',
      onclick: () => this.hideDetails(),
    });
    this.veil.setAttribute('aria-label', words.say('hideDetails'));
    find(document, '#right').before(this.veil);
  }

  /** @param {string} id */
  pane(id) {
    return this.panes.find((pane) => pane.id === id);
  }

  /** @param {string} id */
  isOpen(id) {
    return this.pane(id) !== undefined;
  }

  /**
   * Show and focus a conversation; without room, the pane that was used least recently is closed.
   *
   * @param {string} id
   */
  open(id) {
    this.#show(id);
    this.pane(id)?.focus();
  }

  /** Show a conversation that was just taken, and focus its composer. @param {string} id */
  take(id) {
    this.#show(id);
    this.pane(id)?.focusToWrite();
  }

  /** Show a new conversation if there is room, without moving the focus. @param {string} id */
  offer(id) {
    if (this.isOpen(id) || this.panes.length >= MAX_PANES) return;
    this.#add(id);
    if (this.current === null) this.focus(id);
    else this.changed();
  }

  /**
   * Restore the panes after a reload, and add own conversations while there is room.
   *
   * @param {string[]} own
   */
  restore(own) {
    const before = (this.storage.getItem(OPEN_KEY) ?? '').split(' ');
    const { conversations } = this.session;
    const wanted = new Set([...before.filter((id) => conversations.has(id)), ...own]);
    for (const id of wanted) this.offer(id);
  }

  /** @param {string} id */
  focus(id) {
    const pane = this.pane(id);
    if (pane) pane.usedAt = performance.now();
    this.#become(id);
    this.changed();
  }

  /**
   * Insert a text into the composer of the current conversation, at the caret.
   *
   * @param {string} text
   */
  quote(text) {
    const writing = this.current ? this.pane(this.current)?.writing : undefined;
    writing?.composer.insert(text);
    writing?.focus();
  }

  /** Return to the lists, on a narrow screen. */
  leave() {
    this.#become(null);
    this.changed();
    find(document, '#left').querySelector('button')?.focus();
  }

  /** @param {string} id */
  hide(id) {
    // Only a pane that had the focus hands it on; hiding another one must not move it.
    const hadFocus = this.pane(id)?.element.contains(document.activeElement);
    this.pane(id)?.end();
    this.panes = this.panes.filter((pane) => pane.id !== id);
    this.#remember();
    if (this.current === id) this.#become(this.#byUse()[0]?.id ?? null);
    this.changed();
    if (!hadFocus) return;
    if (this.current) this.pane(this.current)?.focus();
    else this.empty.focus();
  }

  /** Show the customer card, on screens without room for it. @param {string} id */
  showDetails(id) {
    this.focus(id);
    document.body.classList.add('details');
    const right = find(document, '#right');
    right.tabIndex = -1;
    right.focus();
  }

  /** Hide the customer card and return to the conversation. */
  hideDetails() {
    if (!document.body.classList.contains('details')) return;
    document.body.classList.remove('details');
    if (this.current) this.pane(this.current)?.focus();
  }

  update() {
    this.empty.update(this.panes.length === 0);
    document.body.classList.toggle('talking', this.current !== null);
    document.body.dataset.panes = String(this.panes.length);
    this.#byUse().forEach((pane, index) => (pane.element.dataset.rank = String(index + 1)));
    for (const pane of this.panes) pane.update(pane.id === this.current);
  }

  /** Update the times in the headers; called once a second. */
  tick() {
    for (const pane of this.panes) pane.header.tick();
  }

  /**
   * Forget the subscriptions of the former connection; the server restores those to own
   * conversations.
   */
  welcomed() {
    for (const pane of this.panes) pane.follower.forget();
  }

  /** @param {string} id */
  #show(id) {
    if (!this.isOpen(id)) {
      if (this.panes.length >= MAX_PANES) this.#makeRoom();
      this.#add(id);
    }
    this.focus(id);
  }

  #remember() {
    this.storage.setItem(OPEN_KEY, this.panes.map(({ id }) => id).join(' '));
  }

  /** @param {string|null} id */
  #become(id) {
    this.current = id;
    this.onmove(id);
  }

  /** @param {string} id */
  #add(id) {
    const pane = this.makePane(id);
    this.panes.push(pane);
    this.#remember();
    this.main.append(pane.element);
  }

  /** Return the panes: the current one, then the others by their last use. */
  #byUse() {
    const isCurrent = (/** @type {Pane} */ { id }) => Number(id === this.current);
    return [...this.panes].sort((a, b) => isCurrent(b) - isCurrent(a) || b.usedAt - a.usedAt);
  }

  #makeRoom() {
    const oldest = this.#byUse().at(-1);
    if (oldest) this.hide(oldest.id);
  }
}
