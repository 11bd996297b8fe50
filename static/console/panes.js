import { build, find } from '../elements/build.js';
import { Pane } from './pane.js';

/** @typedef {import('./console.js').Desk} Desk */

const SIDE_BY_SIDE = 4;

/** Up to four conversations side by side; one of them is current. */
export class Panes {
  /** @type {Pane[]} */
  panes = [];
  /** @type {string|null} */
  current = null;

  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk;
    this.main = find(document, '#panes');
    this.empty = build('p', { className: 'empty soft' }, desk.words.say('noConversation'));
    this.main.append(this.empty);
  }

  /** @param {string} id */
  isOpen(id) {
    return this.panes.some((pane) => pane.id === id);
  }

  /** Show a conversation and go there; the one longest not used makes room. @param {string} id */
  open(id) {
    if (!this.isOpen(id)) {
      if (this.panes.length >= SIDE_BY_SIDE) this.#makeRoom();
      this.#add(id);
    }
    this.focus(id);
    const pane = this.panes.find((each) => each.id === id);
    pane?.update(true);
    pane?.composer.focus();
  }

  /** Show a new conversation where there is room, without taking anybody's focus. @param {string} id */
  offer(id) {
    if (this.isOpen(id) || this.panes.length >= SIDE_BY_SIDE) return;
    this.#add(id);
    if (this.current === null) this.focus(id);
    else this.desk.update();
  }

  /** @param {string} id */
  focus(id) {
    this.current = id;
    const index = this.panes.findIndex((pane) => pane.id === id);
    const pane = this.panes[index];
    if (pane) pane.usedAt = performance.now();
    this.desk.update();
  }

  /** On a narrow screen: back to the lists. */
  leave() {
    this.current = null;
    this.desk.update();
    find(document, '#left').querySelector('button')?.focus();
  }

  /** @param {string} id */
  hide(id) {
    this.panes.find((pane) => pane.id === id)?.element.remove();
    this.panes = this.panes.filter((pane) => pane.id !== id);
    this.current = this.current === id ? (this.panes[0]?.id ?? null) : this.current;
    this.desk.update();
  }

  update() {
    this.empty.hidden = this.panes.length > 0;
    document.body.classList.toggle('talking', this.current !== null);
    document.body.dataset.panes = String(this.panes.length);
    for (const pane of this.panes) pane.update(pane.id === this.current);
  }

  /** @param {string} id */
  #add(id) {
    const pane = new Pane(this.desk, id);
    this.panes.push(pane);
    this.main.append(pane.element);
  }

  #makeRoom() {
    const [oldest] = [...this.panes].sort((a, b) => a.usedAt - b.usedAt);
    if (oldest) this.hide(oldest.id);
  }
}
