import { build, find } from '../elements/dom.js';
import { PersonalMenu } from '../elements/personal-menu.js';
import { SiteNav } from '../elements/site-nav.js';
import { Http } from '../lib/http.js';
import { ConnectionMark } from './connection-mark.js';
import { printed } from './keys/key-names.js';

/**
 * The top of the console: links to other pages, the connection, palette, shortcuts and the personal menu.
 */
export class TopBar {
  /**
   * @param {object} needs
   * @param {import('../lib/i18n.js').Words} needs.words
   * @param {import('../lib/technician-session.js').TechnicianSession} needs.session
   * @param {import('./alerts/alert.js').Alert} needs.alert
   * @param {() => void} needs.openPalette
   * @param {() => void} needs.showShortcuts
   */
  constructor({ words, session, alert, openPalette, showShortcuts }) {
    this.words = words;
    this.session = session;
    this.alert = alert;
    this.nav = new SiteNav();
    this.menu = new PersonalMenu();
    this.connection = new ConnectionMark(words, session);
    this.sound = build('button', { type: 'button', className: 'locked' }, words.say('soundLocked'));
    find(document, '#top').append(
      this.nav,
      this.connection.element,
      this.sound,
      this.#button('palette', 'Ctrl+K', openPalette),
      this.#button('shortcuts', '?', showShortcuts),
      this.menu,
    );
    this.menu.show(words, { http: new Http(words), warning: () => this.#warning() });
    alert.on('state', () => this.#showSound());
    this.#showSound();
  }

  /** Show the links that the signed-in technician may follow. */
  welcomed() {
    const { supervises, administers } = this.session.welcome;
    this.menu.call(this.words, this.session.me.name);
    this.nav.show(this.words, 'console', { supervises, administers });
  }

  #warning() {
    const { session, words } = this;
    const own = [...session.conversations.values()].filter(
      ({ summary }) => summary.status === 'active' && summary.technician?.id === session.me.id,
    );
    return own.length ? words.say('signOutOpen', { count: own.length }) : '';
  }

  // Browsers block sound until a gesture; until then the bar tells that alerts are silent.
  #showSound() {
    this.sound.hidden = this.alert.isAudible;
  }

  /**
   * @param {string} name
   * @param {string} keys
   * @param {() => void} onclick
   */
  #button(name, keys, onclick) {
    const text = this.words.say(name);
    const properties = { type: 'button', className: `plain ${name}`, title: text, onclick };
    const called = build('span', { className: 'hidden-label' }, `${text} `);
    const icon = build('span', { className: 'icon', 'aria-hidden': 'true' }, '⌕');
    return build('button', properties, called, icon, build('kbd', {}, printed(keys, this.words)));
  }
}
