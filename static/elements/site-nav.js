import { sitePages } from '../lib/site-pages.js';
import { build } from './dom.js';

/** @typedef {import('../lib/site-pages.js').PageName} PageName */

/**
 * Links between console, supervision and administration. Where only one of them is allowed, there
 * are none.
 */
export class SiteNav extends HTMLElement {
  #shown = '';

  /**
   * @param {import('../lib/i18n.js').Words} words
   * @param {PageName} here
   * @param {import('../lib/site-pages.js').Rights} rights
   */
  show(words, here, rights) {
    const pages = sitePages(rights);
    // Unchanged links are left alone: they may have the focus, or be pressed right now.
    const shown = `${here} ${pages}`;
    if (shown === this.#shown) return;
    this.#shown = shown;
    const links = pages.map((page) => link(page, words.say(`place.${page}`), here));
    this.hidden = links.length < 2;
    this.replaceChildren(build('nav', { 'aria-label': words.say('places') }, ...links));
  }
}

/**
 * @param {PageName} page
 * @param {string} name
 * @param {PageName} here
 */
function link(page, name, here) {
  return build('a', { href: `/${page}`, 'aria-current': page === here ? 'page' : null }, name);
}

customElements.define('site-nav', SiteNav);
