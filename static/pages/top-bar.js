import { build } from '../elements/build.js';

/** @typedef {import('../lib/i18n.js').Words} Words */

const LABEL = 'nav.label';
const PAGES = [
  { path: '/console', key: 'nav.console' },
  { path: '/supervision', key: 'nav.supervision' },
  { path: '/administration', key: 'nav.administration' },
];

/**
 * The ways between the pages of the staff, at the top of each.
 *
 * @param {HTMLElement} place
 * @param {Words} words
 * @param {string} here the path of this page
 */
export function topBar(place, words, here) {
  const links = PAGES.map(({ path, key }) => {
    const current = path === here ? { 'aria-current': 'page' } : {};
    return build('a', { href: path, ...current }, words.say(key));
  });
  place.replaceChildren(build('nav', { 'aria-label': words.say(LABEL) }, ...links));
}
