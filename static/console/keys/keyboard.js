import { commands } from './commands.js';
import { pressed } from './key-names.js';

/** @typedef {import('../console.js').Desk} Desk */

/** Everything that is done by keys, wherever the focus is. */
export class Keyboard {
  /** Whether the last thing that was touched was a key, and not the mouse or the screen. */
  isInUse = false;

  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk;
    const touched = (/** @type {boolean} */ isKey) => () => (this.isInUse = isKey);
    document.addEventListener('pointerdown', touched(false), { capture: true });
    document.addEventListener('keydown', touched(true), { capture: true });
    document.addEventListener('keydown', (event) => this.#key(event));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const keys = pressed(event);
    if (!keys || event.defaultPrevented || event.isComposing) return;
    if (keys === 'Escape') return this.desk.panes.hideDetails();
    // A dialog has the keyboard to itself.
    if (document.querySelector('dialog[open]')) return;
    if (keys === '?' && (isWritten(event.target) || !this.desk.preferences.isOn('questionMark')))
      return;
    const number = /^Alt\+([1-9])$/.exec(keys)?.[1];
    const run = number ? this.#goTo(Number(number)) : this.#command(keys);
    if (!run) return;
    event.preventDefault();
    run();
  }

  /** @param {string} keys */
  #command(keys) {
    return commands(this.desk).find((command) => command.keys === keys && command.isOffered)?.run;
  }

  /** @param {number} number */
  #goTo(number) {
    const id = this.desk.paneNumbers.at(number);
    return id === undefined ? undefined : () => this.desk.panes.open(id);
  }
}

/** @param {EventTarget|null} target */
function isWritten(target) {
  return target instanceof HTMLElement && target.matches('input, textarea, select');
}
