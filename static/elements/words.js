import { loadWords } from '../lib/i18n.js';

/** The words in the browser's language; the page is told which language that is. */
export async function pageWords() {
  const words = await loadWords(navigator.languages, async (language) => {
    const answer = await fetch(new URL(`../i18n/${language}.json`, import.meta.url));
    return answer.json();
  });
  document.documentElement.lang = words.language;
  return words;
}
