import { build } from '../elements/dom.js';
import { arrange } from '../elements/keyed-list.js';

/**
 * A row of a list that is edited. Saving the list deletes the rows with `isRemoved`.
 *
 * @template Item
 * @typedef {object} Line
 * @property {HTMLElement} element
 * @property {() => Item} value
 * @property {boolean} isRemoved
 * @property {(field: string, text: string) => void} complain shows an error at a field; an
 * empty text removes it
 * @property {() => void} focus
 */

/** A list of items that are edited and saved together. @template Item */
export class ListForm {
  /** @type {Line<Item>[]} */
  lines = [];

  /**
   * @param {HTMLElement} list
   * @param {string} empty the text of an empty list
   * @param {() => void} changed
   */
  constructor(list, empty, changed) {
    this.list = list;
    this.changed = changed;
    this.empty = build('li', { className: 'empty soft' }, empty);
    this.arrange();
  }

  /** Return the items that would be saved. */
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

  /** Remove a row that was never saved. @param {Line<Item>} line */
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
   * Show an error at all but the first of the rows with equal values. Returns true if there are
   * none.
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
