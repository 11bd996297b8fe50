import { Words, chooseLanguage } from '../lib/i18n.js';

/**
 * A page's words in the browser's language; the page is told which language that is.
 *
 * @param {string} page the section of the language's file
 * @param {readonly string[]} [wanted] BCP 47 tags, the best first
 */
export async function pageWords(page, wanted = navigator.languages) {
  const root = document.documentElement;
  const language = chooseLanguage(wanted, (root.dataset.languages ?? '').split(' '));
  const answer = await fetch(new URL(`../i18n/${language}/${page}.json`, import.meta.url));
  root.lang = language;
  return new Words(language, await answer.json());
}
