const { formats = '', mailFormats = '' } = document.documentElement.dataset;

/** The suffixes of all files that a transcript can be taken along as; the server names them. */
export const FORMATS = formats.split(' ');

/** The suffixes that are offered where a transcript is sent by e-mail. */
export const MAIL_FORMATS = mailFormats.split(' ');

/**
 * How a format is called: by its words where it has some, else by its suffix.
 *
 * @param {import('../lib/i18n.js').Words} words
 * @param {string} format
 */
export function formatName(words, format) {
  const key = `format.${format}`;
  return key in words.messages ? words.say(key) : format.toUpperCase();
}
