/** @typedef {import('../lib/i18n.js').Words} Words */

/**
 * The server's report about one sealed file.
 *
 * @typedef {{name: string, finding: 'genuine'|'changed'|'unknown_key', where: string|null,
 *   reference: string|null, entries: number|null, at: number|null}} Report
 */

/** Patterns of the places that the server reports, with the keys of their words. */
const PLACES = /** @type {[RegExp, string][]} */ ([
  [/entry (\d+)/, 'entry'],
  [/event (\d+)/, 'entry'],
  [/\(taken out\)/, 'takenOut'],
  [/\(missing\)/, 'missing'],
  [/\(added\)/, 'added'],
  [/\(twice\)/, 'twice'],
  [/the heading or the order/, 'heading'],
  [/the signature/, 'signature'],
  [/^proof.*|an event/, 'proof'],
  [/the (file|ZIP) as a whole.*/, 'whole'],
]);

/**
 * Return the places of changes in the reader's language.
 *
 * @param {Words} words
 * @param {string} where in the words of the server
 */
export function places(words, where) {
  return where
    .split('; ')
    .map((place) =>
      PLACES.reduce(
        (said, [pattern, key]) =>
          said.replace(pattern, (_, number = '') => words.say(key, { number })),
        place,
      ),
    );
}

/**
 * Explain a report in sentences; the first one is the heading.
 *
 * @param {Words} words
 * @param {Report} report
 */
export function sentences(words, report) {
  const { finding, reference, entries, at } = report;
  if (finding === 'changed') return [words.say('changed'), words.say('changedWhy')];
  if (finding === 'unknown_key') return [words.say('unknownKey'), words.say('unknownKeyWhy')];
  const style = /** @type {const} */ ({ dateStyle: 'long', timeStyle: 'medium' });
  const time = at === null ? '' : new Intl.DateTimeFormat(words.locale, style).format(at);
  const about = { reference: reference ?? '', count: entries ?? 0, time };
  const detail = words.say(entries === null ? 'givenOut' : 'signed', about);
  return [words.say('genuine'), words.say('genuineWhy'), detail];
}

/**
 * Return the reference and the fingerprint of a QR code, null where it has none.
 *
 * @param {string} hash of the page's address
 */
export function codeIn(hash) {
  const found = /^#([0-9A-Z-]{9})\.([0-9a-f]{64})$/.exec(hash);
  return found && { reference: found[1] ?? '', head: found[2] ?? '' };
}
