import { pressed } from './key-names.js';

/** @typedef {import('./commands.js').Command} Command */

/** Everything that is done by keys, wherever the focus is. */
export class Keyboard {
  /** Whether the last thing that was touched was a key, and not the mouse or the screen. */
  isInUse = false;

  /**
   * @param {object} needs
   * @param {() => Command[]} needs.commands
   * @param {(number: number) => (() => void)|undefined} needs.goTo what Alt and a number does
   * @param {() => void} needs.onescape what Escape does, unless an element has taken it
   * @param {() => boolean} needs.isHelpOn whether the question mark alone shows the shortcuts
   */
  constructor({ commands, goTo, onescape, isHelpOn }) {
    this.commands = commands;
    this.goTo = goTo;
    this.onescape = onescape;
    this.isHelpOn = isHelpOn;
    const touched = (/** @type {boolean} */ isKey) => () => (this.isInUse = isKey);
    document.addEventListener('pointerdown', touched(false), { capture: true });
    document.addEventListener('keydown', touched(true), { capture: true });
    document.addEventListener('keydown', (event) => this.#key(event));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const keys = pressed(event);
    if (!keys || event.defaultPrevented || event.isComposing) return;
    if (keys === 'Escape') return this.onescape();
    // A dialog has the keyboard to itself.
    if (document.querySelector('dialog[open]')) return;
    if (keys === '?' && (isWritten(event.target) || !this.isHelpOn())) return;
    const number = /^Alt\+([1-9])$/.exec(keys)?.[1];
    const run = number ? this.goTo(Number(number)) : this.#command(keys);
    if (!run) return;
    event.preventDefault();
    run();
  }

  /** @param {string} keys */
  #command(keys) {
    return this.commands().find((command) => command.keys === keys && command.isOffered)?.run;
  }
}

/** @param {EventTarget|null} target */
function isWritten(target) {
  return target instanceof HTMLElement && target.matches('input, textarea, select');
}
