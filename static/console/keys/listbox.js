import { build } from '../../elements/dom.js';

/**
 * @template Value
 * @typedef {{value: Value, element: HTMLElement}} Option
 */

let lists = 0;

/**
 * A list of options whose focus stays in a text field (ARIA 1.2 combobox): arrows move, Enter and
 * Tab choose, and `aria-activedescendant` names the current option.
 *
 * @template Value
 */
export class Listbox {
  /** @type {Option<Value>[]} */
  #options = [];
  #current = 0;

  /**
   * @param {HTMLInputElement|HTMLTextAreaElement} field
   * @param {{label: string, choose: (value: Value) => void}} more
   */
  constructor(field, { label, choose }) {
    this.field = field;
    this.choose = choose;
    lists += 1;
    const id = `choice-${lists}`;
    this.list = build('div', { id, role: 'listbox', 'aria-label': label, hidden: true });
    // Pressing the pointer would move the focus
    this.list.addEventListener('pointerdown', (event) => event.preventDefault());
    field.setAttribute('aria-controls', id);
  }

  /** The index of the current option. */
  get current() {
    return this.#current;
  }

  get isOpen() {
    return this.#options.length > 0;
  }

  /**
   * @param {Option<Value>[]} options none closes the list
   * @param {number} [current] the index of the current option
   */
  show(options, current = 0) {
    this.#options = options;
    options.forEach(({ value, element }, index) => {
      element.id = `${this.list.id}-${index}`;
      element.setAttribute('role', 'option');
      element.addEventListener('click', () => this.choose(value));
    });
    this.list.hidden = !this.isOpen;
    this.list.replaceChildren(...options.map(({ element }) => element));
    this.#point(current);
  }

  /** Handle a key; true if it was meant for the list. @param {KeyboardEvent} event */
  handleKey({ key, shiftKey, ctrlKey, altKey, metaKey }) {
    if (!this.isOpen || ctrlKey || altKey || metaKey) return false;
    const steps = /** @type {Record<string, number>} */ ({ ArrowDown: 1, ArrowUp: -1 });
    const step = steps[key];
    if (step) this.#point(this.#current + step);
    else if ((key === 'Enter' || key === 'Tab') && !shiftKey) this.#choose();
    else return false;
    return true;
  }

  #choose() {
    const option = this.#options[this.#current];
    if (option) this.choose(option.value);
  }

  /** @param {number} index wraps around at both ends */
  #point(index) {
    const { length } = this.#options;
    this.#current = length ? (index + length) % length : 0;
    this.#options.forEach(({ element }, at) =>
      element.setAttribute('aria-selected', String(at === this.#current)),
    );
    const current = this.#options[this.#current]?.element;
    if (current) this.field.setAttribute('aria-activedescendant', current.id);
    else this.field.removeAttribute('aria-activedescendant');
    current?.scrollIntoView({ block: 'nearest' });
  }
}
