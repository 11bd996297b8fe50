/** @typedef {'switchWarning'|'questionMark'} Preference both are on until turned off */

/** What the person at this browser wants to be otherwise. */
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
