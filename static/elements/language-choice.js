/** @typedef {{code: string, name: string}} Language */

const KEY = 'chatserver.language';

/** Return the language that was chosen in this browser, or ''. */
export function chosenLanguage() {
  try {
    return localStorage.getItem(KEY) ?? '';
  } catch {
    return '';
  }
}

/** Return the languages that this reader wants, the best first (BCP 47). */
export function wantedLanguages() {
  const chosen = chosenLanguage();
  return chosen ? [chosen, ...navigator.languages] : navigator.languages;
}

/**
 * Store a language for all pages of this browser; '' returns to the browser's own.
 *
 * @param {string} code
 * @returns {boolean} false if it could not be stored
 */
export function storeLanguage(code) {
  try {
    if (code) localStorage.setItem(KEY, code);
    else localStorage.removeItem(KEY);
    return true;
  } catch {
    return false;
  }
}

/**
 * Name languages in themselves, as their readers look for them, in alphabetical order.
 *
 * @param {string[]} codes
 * @returns {Language[]}
 */
export function namedLanguages(codes) {
  const named = codes.map((code) => {
    const name = new Intl.DisplayNames([code], { type: 'language' }).of(code) ?? code;
    return { code, name: name.charAt(0).toLocaleUpperCase(code) + name.slice(1) };
  });
  return named.sort((a, b) => a.name.localeCompare(b.name));
}
