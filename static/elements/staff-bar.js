import { SiteNav } from './site-nav.js';
import { ThemeSwitch } from './theme-switch.js';

/**
 * At the top of the staff's pages: the ways between them, and the colours.
 *
 * @param {HTMLElement} place
 * @param {import('../lib/i18n.js').Words} words
 * @param {import('./site-nav.js').Place} here
 * @returns {(administers: boolean) => void} told whether whoever is here may administer, too
 */
export function staffBar(place, words, here) {
  const nav = new SiteNav();
  const theme = new ThemeSwitch();
  place.replaceChildren(nav, theme);
  theme.show(words);
  const show = (/** @type {boolean} */ administers) =>
    nav.show(words, here, { supervises: true, administers });
  show(here === 'administration');
  return show;
}
