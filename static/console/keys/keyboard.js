import { pressed } from './key-names.js';

/** @typedef {import('./commands.js').Command} Command */

/** Runs commands by their shortcuts, wherever the focus is. */
export class Keyboard {
  /** True if the last input was a key, and not a pointer. */
  isInUse = false;

  /**
   * @param {object} needs
   * @param {() => Command[]} needs.commands
   * @param {(number: number) => (() => void)|undefined} needs.goTo returns the action of Alt and a number
   * @param {() => void} needs.onescape called for Escape, unless an element has handled it
   * @param {() => boolean} needs.isHelpOn tells whether the question mark alone shows the shortcuts
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
    // An open dialog handles all keys.
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
