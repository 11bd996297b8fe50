import { build } from './dom.js';

/** @typedef {'console'|'supervision'|'administration'} PageName */

/**
 * Links between console, supervision and administration. Where only one of them is allowed, there
 * are none.
 */
export class SiteNav extends HTMLElement {
  #shown = '';

  /**
   * @param {import('../lib/i18n.js').Words} words
   * @param {PageName} here
   * @param {{supervises?: boolean, administers?: boolean}} rank
   */
  show(words, here, { supervises, administers }) {
    /** @type {[PageName, string, boolean|undefined][]} */
    const places = [
      ['console', words.say('place.console'), true],
      ['supervision', words.say('place.supervision'), supervises],
      ['administration', words.say('place.administration'), administers],
    ];
    // Unchanged links are left alone: they may have the focus, or be pressed right now.
    const shown = `${here} ${supervises} ${administers}`;
    if (shown === this.#shown) return;
    this.#shown = shown;
    const links = places.filter(([, , may]) => may).map(([place, name]) => link(place, name, here));
    this.hidden = links.length < 2;
    this.replaceChildren(build('nav', { 'aria-label': words.say('places') }, ...links));
  }
}

/**
 * @param {PageName} place
 * @param {string} name
 * @param {PageName} here
 */
function link(place, name, here) {
  return build('a', { href: `/${place}`, 'aria-current': place === here ? 'page' : null }, name);
}

customElements.define('site-nav', SiteNav);
