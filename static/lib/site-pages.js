/** @typedef {'console'|'supervision'|'administration'} PageName */
/** @typedef {{supervises?: boolean, administers?: boolean}} Rights */

/**
 * The pages for technicians, in the order of their links, each with the right to open it.
 *
 * @type {readonly {page: PageName, mayOpen: (rights: Rights) => boolean}[]}
 */
const PAGES = [
  { page: 'console', mayOpen: () => true },
  { page: 'supervision', mayOpen: ({ supervises }) => Boolean(supervises) },
  { page: 'administration', mayOpen: ({ administers }) => Boolean(administers) },
];

/**
 * Return the pages that a technician may open.
 *
 * @param {Rights} rights
 * @returns {PageName[]}
 */
export function sitePages(rights) {
  return PAGES.filter(({ mayOpen }) => mayOpen(rights)).map(({ page }) => page);
}
