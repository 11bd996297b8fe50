import { build } from '../elements/dom.js';
import { arrange } from '../elements/keyed-list.js';

/**
 * One line of a list that is edited. `isRemoved` ones go when the list is saved.
 *
 * @template Item
 * @typedef {object} Line
 * @property {HTMLElement} element
 * @property {() => Item} value
 * @property {boolean} isRemoved
 * @property {(field: string, text: string) => void} complain at a field, or take it back by an
 *   empty text
 * @property {() => void} focus
 */

/**
 * A list of things that are edited together.
 *
 * @template Item
 */
export class ListForm {
  /** @type {Line<Item>[]} */
  lines = [];

  /**
   * @param {HTMLElement} list
   * @param {string} empty said when there is nothing
   * @param {() => void} changed
   */
  constructor(list, empty, changed) {
    this.list = list;
    this.changed = changed;
    this.empty = build('li', { className: 'empty soft' }, empty);
    this.arrange();
  }

  /** What would be saved. */
  value() {
    return this.kept.map((line) => line.value());
  }

  get kept() {
    return this.lines.filter(({ isRemoved }) => !isRemoved);
  }

  /** @param {Line<Item>[]} lines */
  show(lines) {
    this.lines = lines;
    this.arrange();
  }

  /** @param {Line<Item>} line */
  add(line) {
    this.lines.push(line);
    this.arrange();
    line.focus();
    this.changed();
  }

  /** A line that was never saved goes at once. @param {Line<Item>} line */
  drop(line) {
    const place = this.lines.indexOf(line);
    this.lines.splice(place, 1);
    this.arrange();
    this.lines[Math.min(place, this.lines.length - 1)]?.focus();
    this.changed();
  }

  /**
   * @param {Line<Item>} line
   * @param {-1|1} by
   */
  move(line, by) {
    const from = this.lines.indexOf(line);
    const other = this.lines[from + by];
    if (!other) return;
    [this.lines[from], this.lines[from + by]] = [other, line];
    this.arrange();
    this.changed();
  }

  arrange() {
    arrange(this.list, this.lines.length ? this.lines.map(({ element }) => element) : [this.empty]);
  }

  /**
   * Say at the second and later of equal ones that they are not the first.
   *
   * @param {string} field
   * @param {(item: Item) => string} of
   * @param {string} text
   */
  allDiffer(field, of, text) {
    /** @type {Set<string>} */
    const seen = new Set();
    let differ = true;
    for (const line of this.kept) {
      const key = of(line.value()).trim().toLocaleLowerCase();
      if (key && seen.has(key)) {
        line.complain(field, text);
        differ = false;
      }
      seen.add(key);
    }
    return differ;
  }
}
