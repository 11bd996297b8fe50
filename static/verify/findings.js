/** @typedef {import('../lib/i18n.js').Words} Words */

/**
 * What the server found of one sealed thing.
 *
 * @typedef {{name: string, finding: 'genuine'|'changed'|'unknown_key', where: string|null,
 *   reference: string|null, entries: number|null, at: number|null}} Report
 */

/** Places as the server names them, and the words for them. */
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
 * Where something was changed, each place in the reader's words.
 *
 * @param {Words} words
 * @param {string} where as the server names it
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
 * What a finding means, in sentences: the first is the heading.
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
 * The reference and the fingerprint that a QR code says, null where it says none.
 *
 * @param {string} hash of the page's address
 */
export function codeIn(hash) {
  const found = /^#([0-9A-Z-]{9})\.([0-9a-f]{64})$/.exec(hash);
  return found && { reference: found[1] ?? '', head: found[2] ?? '' };
}
