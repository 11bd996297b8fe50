/**
 * Give a parent exactly these children in this order, and touch only those that differ: the focus,
 * a click under way and the announcements of screen readers are not disturbed.
 *
 * @param {Element} parent
 * @param {Element[]} wanted
 */
export function arrange(parent, wanted) {
  // Remembered, because moving an element in the DOM takes its focus.
  const focused = document.activeElement;
  const kept = new Set(wanted);
  for (const child of [...parent.children]) if (!kept.has(child)) child.remove();
  /** @type {Element|null} */
  let place = parent.firstElementChild;
  for (const element of wanted) {
    if (element === place) place = place.nextElementSibling;
    else parent.insertBefore(element, place);
  }
  // An element that is moved loses the focus, its own or that of a descendant.
  if (
    focused instanceof HTMLElement &&
    parent.contains(focused) &&
    focused !== document.activeElement
  )
    focused.focus({ preventScroll: true });
}

/**
 * A row of a list, which can be updated in place.
 *
 * @template Item
 * @typedef {{element: HTMLElement, show: (item: Item) => void}} Row
 */

/** A list that keeps one row element per key and updates it in place. @template Item */
export class KeyedList {
  /** @type {Map<string, Row<Item>>} */
  #rows = new Map();

  /**
   * @param {HTMLElement} list
   * @param {(item: Item) => Row<Item>} make
   * @param {HTMLElement} empty shown when there is nothing
   */
  constructor(list, make, empty) {
    this.list = list;
    this.make = make;
    this.empty = empty;
  }

  /** @param {Map<string, Item>} items by their keys */
  show(items) {
    for (const key of this.#rows.keys()) if (!items.has(key)) this.#rows.delete(key);
    const elements = [...items].map(([key, item]) => {
      const row = this.#rows.get(key) ?? this.make(item);
      this.#rows.set(key, row);
      row.show(item);
      return row.element;
    });
    arrange(this.list, elements.length ? elements : [this.empty]);
  }
}
