import { chooseLanguage, Words } from '../lib/i18n.js';

const FROM_THE_RIGHT = ['ar', 'fa', 'he', 'ur'];

/**
 * A page's words in the browser's language; the page is told which language that is.
 *
 * @param {string} page the section of the language's file
 * @param {readonly string[]} [wanted] BCP 47 tags, the best first
 */
export async function pageWords(page, wanted = navigator.languages) {
  const root = document.documentElement;
  const language = chooseLanguage(wanted, (root.dataset.languages ?? '').split(' '));
  root.lang = language;
  root.dir = FROM_THE_RIGHT.includes(language) ? 'rtl' : 'ltr';
  const locale = [...navigator.languages, ...wanted].find((tag) => tag.startsWith(language));
  return new Words(language, await fetchWords(page, language), locale);
}

/**
 * The words of a section of a language's file.
 *
 * @param {string} section
 * @param {string} language
 * @returns {Promise<import('../lib/i18n.js').Messages>}
 */
export async function fetchWords(section, language) {
  const answer = await fetch(new URL(`../i18n/${language}/${section}.json`, import.meta.url));
  return answer.json();
}
