/** @typedef {import('../lib/i18n.js').Words} Words */

/**
 * The server's report about one sealed file.
 *
 * @typedef {{name: string, finding: Finding, where: string|null, reference: string|null,
 *   entries: number|null, at: number|null}} Report
 */

/** @typedef {'genuine'|'unchanged'|'changed'|'not_covered'|'unknown_key'} Finding */

/** What is wrong comes first. @type {Finding[]} */
const ORDER = ['changed', 'not_covered', 'unknown_key', 'unchanged', 'genuine'];

/** Patterns of the places that the server reports, with the keys of their words. */
const PLACES = /** @type {[RegExp, string][]} */ ([
  [/entry (\d+)/, 'entry'],
  [/event (\d+)/, 'entry'],
  [/the name of the folder \((.*)\)/, 'folderName'],
  [/the conversation \(twice\)/, 'conversationTwice'],
  [/\(taken out\)/, 'takenOut'],
  [/\(missing\)/, 'missing'],
  [/\(added\)/, 'added'],
  [/\(twice\)/, 'twice'],
  [/\(link\)/, 'link'],
  [/\(no plain file\)/, 'special'],
  [/\(empty folder\)/, 'emptyFolder'],
  [/\(unsafe name\)/, 'unsafeName'],
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
          said.replace(pattern, (_, found = '') =>
            words.say(key, { number: found, reference: found }),
          ),
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
  if (finding === 'not_covered') return [words.say('notCovered'), words.say('notCoveredWhy')];
  if (finding === 'unknown_key') return [words.say('unknownKey'), words.say('unknownKeyWhy')];
  const style = /** @type {const} */ ({ dateStyle: 'long', timeStyle: 'medium' });
  const time = at === null ? '' : new Intl.DateTimeFormat(words.locale, style).format(at);
  const about = { reference: reference ?? '', count: entries ?? 0, time };
  const sealed = reference === null ? 'index' : 'signed';
  const detail = words.say(entries === null ? 'givenOut' : sealed, about);
  return [words.say(finding), words.say(`${finding}Why`), detail];
}

/**
 * Return the places of a report as the page lists them.
 *
 * @param {Words} words
 * @param {Report} report
 */
export function placesOf(words, { finding, where }) {
  if (!where) return [];
  // Of what is not covered, the server says only what it is.
  return places(words, finding === 'not_covered' ? `(${where})` : where);
}

/** @param {Report[]} reports */
export function worstFirst(reports) {
  return reports.toSorted((a, b) => ORDER.indexOf(a.finding) - ORDER.indexOf(b.finding));
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
