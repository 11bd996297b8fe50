import { PersonalMenu } from './personal-menu.js';
import { SiteNav } from './site-nav.js';

/**
 * The top of the supervisors' and administrators' pages: the links between them, and the personal
 * menu.
 */
export class StaffBar {
  #nav = new SiteNav();
  #menu = new PersonalMenu();

  /**
   * @param {HTMLElement} place
   * @param {object} needs
   * @param {import('../lib/i18n.js').Words} needs.words
   * @param {import('../lib/http.js').Http} needs.http
   * @param {import('../lib/site-pages.js').PageName} needs.here
   */
  constructor(place, { words, http, here }) {
    this.words = words;
    this.here = here;
    place.replaceChildren(this.#nav, this.#menu);
    this.#menu.show(words, { http });
    this.show({ name: '', administers: here === 'administration' });
  }

  /** @param {{name: string, administers: boolean}} technician */
  show({ name, administers }) {
    this.#nav.show(this.words, this.here, { supervises: true, administers });
    this.#menu.call(this.words, name);
  }
}
