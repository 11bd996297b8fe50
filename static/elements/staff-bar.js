import { SiteNav } from './site-nav.js';
import { ThemeSwitch } from './theme-switch.js';

/**
 * Build the top of the supervisors' and administrators' pages: the links between them and the theme
 * switch.
 *
 * @param {HTMLElement} place
 * @param {import('../lib/i18n.js').Words} words
 * @param {import('./site-nav.js').PageName} here
 * @returns {(administers: boolean) => void} shows the link to the administration, or not
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
