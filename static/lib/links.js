/**
 * The beginning of a link, and after it all that an address may have. Spaces, ASCII quotation marks
 * and angle brackets end it, and beyond ASCII also brackets, quotation marks, the ends of sentences
 * and clauses of all scripts, and characters without a shape, such as direction overrides. Letters
 * of all scripts stay in it: addresses of Wikipedia have them.
 */
const LINK =
  /(?:\bhttps?:\/\/|(?<![\w./@-])www\.)(?:(?![^\0-\x7f])[^\s<>"']|(?![\0-\x7f…\p{Ps}\p{Pe}\p{Pi}\p{Pf}\p{Terminal_Punctuation}\p{Cf}])\S)+/giu;
const ENDS_SENTENCE = '.,;:!?';
const CLOSERS = /** @type {Record<string, string>} */ ({ ')': '(', ']': '[', '}': '{' });
const OPENERS = Object.values(CLOSERS);

/**
 * Split a text into parts; those with `url` are links. The parts are text, never markup.
 *
 * @param {string} text
 * @returns {{text: string, url?: string}[]}
 */
export function linkify(text) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    const address = withoutEnd(match[0]);
    const url = urlOf(address);
    if (!url) continue;
    if (match.index > end) parts.push({ text: text.slice(end, match.index) });
    parts.push({ text: address, url });
    end = match.index + address.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end) });
  return parts;
}

/**
 * Return an address without what ends the sentence around it: punctuation, and brackets that were
 * opened before the address, with all after them. `wiki/Modem_(disambiguation)` keeps its own.
 *
 * @param {string} address
 */
function withoutEnd(address) {
  /** @type {string[]} */
  const open = [];
  let end = 0;
  for (const character of address) {
    const opener = CLOSERS[character];
    if (opener && open.pop() !== opener) break;
    if (OPENERS.includes(character)) open.push(character);
    end += character.length;
  }
  while (ENDS_SENTENCE.includes(address.charAt(end - 1))) end -= 1;
  return address.slice(0, end);
}

/** Return the URL of an address, null if it has no host. @param {string} address */
function urlOf(address) {
  const isBare = /^www\./i.test(address);
  if (isBare && !/^www\.[^./?#]+\.[^./?#]/i.test(address)) return null;
  const url = isBare ? `https://${address}` : address;
  return URL.canParse(url) ? url : null;
}
