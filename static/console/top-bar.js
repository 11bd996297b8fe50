import { build, find } from '../elements/dom.js';
import { SiteNav } from '../elements/site-nav.js';
import { ThemeSwitch } from '../elements/theme-switch.js';
import { ConnectionMark } from './connection-mark.js';
import { printed } from './keys/key-names.js';

/** @typedef {import('./console.js').Desk} Desk */

/** Where else one may go, how the connection is, and the ways to everything else. */
export class TopBar {
  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk;
    const { words } = desk;
    this.nav = new SiteNav();
    this.theme = new ThemeSwitch();
    this.connection = new ConnectionMark(desk);
    this.sound = build('button', { type: 'button', className: 'locked' }, words.say('soundLocked'));
    find(document, '#top').append(
      this.nav,
      this.connection.element,
      this.sound,
      this.theme,
      this.#button('palette', 'Ctrl+K', () => desk.palette.open()),
      this.#button('shortcuts', '?', () => desk.showShortcuts()),
    );
    this.theme.show(words);
    desk.alert.on('state', () => this.#showSound());
    this.#showSound();
  }

  /** The server has said who sits here. */
  welcomed() {
    const { supervises, administers } = this.desk.session.welcome;
    this.nav.show(this.desk.words, 'console', { supervises, administers });
  }

  // Any gesture unlocks the sound; who makes none is told that there is silence until then.
  #showSound() {
    this.sound.hidden = this.desk.alert.isAudible;
  }

  /**
   * @param {string} name
   * @param {string} keys
   * @param {() => void} onclick
   */
  #button(name, keys, onclick) {
    const text = this.desk.words.say(name);
    const properties = { type: 'button', className: 'plain', title: text, onclick };
    const called = build('span', { className: 'hidden-label' }, `${text} `);
    return build('button', properties, called, build('kbd', {}, printed(keys, this.desk.words)));
  }
}
