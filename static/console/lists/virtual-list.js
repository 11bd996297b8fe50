import { build } from '../../elements/dom.js';
import { moveBy, scrollFor, visibleRows } from './virtual-window.js';

const SPARE_ROWS = 6;
const NEAR_END_ROWS = 30;
const ROW_REM = 4.5;

/**
 * A list of any length whose DOM has only the visible rows. All rows have one height. Arrow keys,
 * Page Up and Down, Home and End move the active row; Enter or a click chooses it.
 *
 * Emits `choose` (index), and `near-end` when more rows should be loaded.
 */
export class VirtualList extends HTMLElement {
  /** @type {(index: number) => Node[]} returns the content of a row */
  fill = () => [];
  /** @type {(index: number) => string} returns the id of the item in a row */
  keyOf = String;
  active = -1;
  #count = 0;
  #isComplete = false;
  #room = build('div', { role: 'presentation' });
  /** @type {Map<number, HTMLElement>} */
  #rows = new Map();
  #isDue = false;

  connectedCallback() {
    if (this.firstChild) return;
    this.tabIndex = 0;
    this.setAttribute('role', 'listbox');
    this.append(this.#room);
    this.addEventListener('scroll', () => this.#soon(), { passive: true });
    this.addEventListener('keydown', (event) => this.#key(event));
    this.addEventListener('click', (event) => this.#clicked(event));
    this.addEventListener('focus', () => this.#focused());
    new ResizeObserver(() => this.#draw()).observe(this);
  }

  /**
   * Set the number of rows; the visible ones are filled again.
   *
   * @param {number} count
   * @param {boolean} isComplete true if there are no further rows
   */
  show(count, isComplete) {
    this.#count = count;
    this.#isComplete = isComplete;
    this.active = Math.min(this.active, count - 1);
    this.hidden = count === 0;
    for (const [index, row] of this.#rows) {
      if (index < count && row.dataset.key === this.keyOf(index)) this.#fillRow(row, index);
      else this.#remove(index, row);
    }
    // An element as tall as all rows gives the scrollbar its true size.
    this.#room.style.blockSize = `${count * this.#row}px`;
    this.#draw();
  }

  /** Scroll to the top, without an active row. */
  rewind() {
    this.active = -1;
    this.scrollTop = 0;
  }

  get #row() {
    return ROW_REM * parseFloat(getComputedStyle(document.documentElement).fontSize);
  }

  get #view() {
    return { top: this.scrollTop, height: this.clientHeight, row: this.#row };
  }

  /** Update once per frame, because scroll events come more often. */
  #soon() {
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      this.#draw();
    });
  }

  #draw() {
    const count = this.#count;
    const { first, end } = visibleRows({ ...this.#view, count, spare: SPARE_ROWS });
    for (const [index, row] of this.#rows) {
      if (index < first || index >= end) this.#remove(index, row);
    }
    for (let index = first; index < end; index += 1) if (!this.#rows.has(index)) this.#add(index);
    this.#showActive();
    if (this.clientHeight && !this.#isComplete && end + NEAR_END_ROWS > count)
      this.dispatchEvent(new CustomEvent('near-end'));
  }

  /** @param {number} index */
  #add(index) {
    const row = build('div', { role: 'option', id: this.#idOf(index) });
    row.dataset.index = String(index);
    row.dataset.key = this.keyOf(index);
    row.setAttribute('aria-posinset', String(index + 1));
    this.#fillRow(row, index);
    // At most some 30 rows exist, so sorting them is cheap.
    const next = [...this.#rows].filter(([other]) => other > index).sort(([a], [b]) => a - b)[0];
    // Screen readers follow the order in the DOM.
    this.#room.insertBefore(row, next ? next[1] : null);
    this.#rows.set(index, row);
  }

  /**
   * Show the item of a row. An item keeps the element of its row: a click whose row was replaced
   * between pressing and releasing would be lost.
   *
   * @param {HTMLElement} row
   * @param {number} index
   */
  #fillRow(row, index) {
    row.replaceChildren(...this.fill(index));
    // ARIA: -1 while the number of rows is unknown.
    row.setAttribute('aria-setsize', String(this.#isComplete ? this.#count : -1));
    row.style.blockSize = `${this.#row}px`;
    row.style.insetBlockStart = `${index * this.#row}px`;
  }

  /** @param {number} index @param {HTMLElement} row */
  #remove(index, row) {
    row.remove();
    this.#rows.delete(index);
  }

  #showActive() {
    for (const [index, row] of this.#rows)
      row.setAttribute('aria-selected', String(index === this.active));
    const isThere = this.#rows.has(this.active);
    if (isThere) this.setAttribute('aria-activedescendant', this.#idOf(this.active));
    else this.removeAttribute('aria-activedescendant');
  }

  /** @param {number} index */
  #idOf(index) {
    return `${this.id || 'list'}-row-${index}`;
  }

  /** @param {number} index */
  #activate(index) {
    if (this.#count === 0) return;
    this.active = index;
    this.scrollTop = scrollFor(index, this.#view);
    this.#draw();
  }

  /** Return to the active row when the focus comes by keyboard; a click chooses its own row. */
  #focused() {
    if (!this.matches(':focus-visible')) return;
    const inSight = Math.min(Math.ceil(this.scrollTop / this.#row), this.#count - 1);
    this.#activate(this.active < 0 ? inSight : this.active);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === 'Enter' && this.active >= 0) return this.#choose(event, this.active);
    const page = Math.max(1, Math.floor(this.clientHeight / this.#row) - 1);
    const target = moveBy(event.key, { active: this.active, count: this.#count, page });
    if (target === null) return;
    event.preventDefault();
    this.#activate(target);
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const row = /** @type {Element} */ (event.target).closest('[role=option]');
    if (row instanceof HTMLElement) this.#choose(event, Number(row.dataset.index));
  }

  /** @param {Event} event @param {number} index */
  #choose(event, index) {
    event.preventDefault();
    this.#activate(index);
    this.dispatchEvent(new CustomEvent('choose', { detail: index }));
  }
}

customElements.define('virtual-list', VirtualList);
