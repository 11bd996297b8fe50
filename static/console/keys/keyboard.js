import { isComposing, isTextField, writesWithAlt } from '../../lib/typing-keys.js';
import { pressed } from './key-names.js';

/** @typedef {import('./commands.js').Command} Command */

/**
 * Runs commands by their shortcuts, wherever the focus is; a key that writes in a text field is no
 * shortcut.
 */
export class Keyboard {
  /**
   * True if the last input was a key that moves or acts, not a pointer and not a key that writes a
   * message: if the focus moves then, the technician has moved it by a key.
   */
  isSteering = false;
  /** @type {Map<string, string>} what keys write without Alt, by their codes */
  #plain = new Map();

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
    document.addEventListener('pointerdown', () => (this.isSteering = false), { capture: true });
    document.addEventListener('keydown', (event) => this.#touched(event), { capture: true });
    document.addEventListener('keydown', (event) => this.#key(event));
    void this.#learnLayout();
  }

  /** Ask for what the keys write, in the browsers that tell. */
  async #learnLayout() {
    const { keyboard } = /** @type {any} */ (navigator);
    // Frames may not ask.
    const layout = await keyboard?.getLayoutMap?.().catch(() => null);
    for (const [code, key] of layout ?? []) this.#plain.set(code, key);
  }

  /** @param {KeyboardEvent} event */
  #touched(event) {
    const { target, key, code, altKey, ctrlKey, metaKey } = event;
    if (!altKey && !ctrlKey && !metaKey && key.length === 1) this.#plain.set(code, key);
    const isMessage = target instanceof HTMLTextAreaElement;
    this.isSteering = !isMessage || key === 'Tab' || this.#nameOf(event) !== null;
  }

  /** Return the name of a pressed shortcut, null for a key that writes. @param {KeyboardEvent} event */
  #nameOf(event) {
    if (isComposing(event)) return null;
    if (isTextField(event.target) && writesWithAlt(event, this.#plain)) return null;
    return pressed(event);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const keys = this.#nameOf(event);
    if (!keys || event.defaultPrevented) return;
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
