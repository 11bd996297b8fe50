/** @typedef {'switchWarning'|'questionMark'} Preference both are on by default */

/** The preferences of the technician in this browser. */
export class Preferences {
  /** @param {import('../lib/types.js').Storage} storage */
  constructor(storage) {
    this.storage = storage;
  }

  /** @param {Preference} name */
  isOn(name) {
    return this.storage.getItem(`chatserver.console.${name}`) !== 'off';
  }

  /** @param {Preference} name */
  turn(name) {
    const key = `chatserver.console.${name}`;
    if (this.isOn(name)) this.storage.setItem(key, 'off');
    else this.storage.removeItem(key);
  }
}
