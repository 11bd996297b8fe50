/** @typedef {Record<string, string|Record<string, string>>} Messages */

/**
 * Return the first wanted language that there is, else English.
 *
 * @param {readonly string[]} wanted BCP 47 tags, the best first
 * @param {readonly string[]} languages
 */
export function chooseLanguage(wanted, languages) {
  // Some systems have tags such as en_US or en-US@posix.
  const short = wanted.map((tag) => tag.toLowerCase().split(/[^a-z]/)[0] ?? '');
  return short.find((language) => languages.includes(language)) ?? 'en';
}

/**
 * Return the first tag of a language that `Intl` knows how to read, else undefined.
 *
 * @param {readonly string[]} tags
 * @param {string} language
 */
export function findLocale(tags, language) {
  return tags.find((tag) => {
    try {
      return new Intl.Locale(tag).language === language;
    } catch {
      return false;
    }
  });
}

/**
 * The sentences of one language. It fills in `{placeholders}` and chooses plural forms. `locale`
 * decides how times and numbers are formatted.
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
   * @param {Record<string, string|number>} values `count` chooses the plural form
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
