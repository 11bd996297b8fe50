import { chooseLanguage, findLocale, Words } from '../lib/i18n.js';

const FROM_THE_RIGHT = ['ar', 'fa', 'he', 'ur'];

const RETRY_MS = 2000;

/**
 * Load the words of a page in the browser's language, and set the page's `lang` and `dir`.
 *
 * @param {string} page the section of the language's file
 * @param {readonly string[]} [wanted] BCP 47 tags, the best first
 */
export async function pageWords(page, wanted = navigator.languages) {
  const root = document.documentElement;
  const language = chooseLanguage(wanted, (root.dataset.languages ?? '').split(' '));
  root.lang = language;
  root.dir = FROM_THE_RIGHT.includes(language) ? 'rtl' : 'ltr';
  const locale = findLocale([...navigator.languages, ...wanted], language);
  return new Words(language, await fetchUntilThere(page, language), locale);
}

/**
 * Fetch the words of a page, and try again until they are there: without them it stays empty.
 *
 * @param {string} page
 * @param {string} language
 * @returns {Promise<import('../lib/i18n.js').Messages>}
 */
async function fetchUntilThere(page, language) {
  for (;;) {
    try {
      return await fetchWords(page, language);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

/**
 * Fetch one section of the words of a language.
 *
 * @param {string} section
 * @param {string} language
 * @returns {Promise<import('../lib/i18n.js').Messages>} rejects if they did not come
 */
export async function fetchWords(section, language) {
  const answer = await fetch(new URL(`../i18n/${language}/${section}.json`, import.meta.url));
  if (!answer.ok) throw new Error(answer.statusText);
  return answer.json();
}
