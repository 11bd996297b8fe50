/** @typedef {Record<string, string|Record<string, string>>} Messages */

/**
 * The language to show: the first of the person's that there is, else English.
 *
 * @param {readonly string[]} wanted BCP 47 tags, the best first
 * @param {readonly string[]} languages
 */
export function chooseLanguage(wanted, languages) {
  const short = wanted.map((tag) => tag.toLowerCase().split('-')[0] ?? '');
  return short.find((language) => languages.includes(language)) ?? 'en';
}

/**
 * Sentences in one language, with `{names}` filled in and plurals as the language has them.
 * `locale` is how the reader writes times and numbers.
 */
export class Words {
  /**
   * @param {string} language
   * @param {Messages} messages
   * @param {string} [locale] BCP 47
   */
  constructor(language, messages, locale = language) {
    this.language = language;
    this.messages = messages;
    this.locale = locale;
    this.plurals = new Intl.PluralRules(language);
  }

  /**
   * @param {string} key
   * @param {Record<string, string|number>} values `count` chooses the plural
   */
  say(key, values = {}) {
    const message = this.messages[key] ?? key;
    const text =
      typeof message === 'string'
        ? message
        : (message[this.plurals.select(Number(values.count ?? 0))] ?? message.other ?? key);
    return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
  }
}
