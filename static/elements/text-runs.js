import { build } from './dom.js';

/** Embeddings, overrides and isolates of the bidirectional algorithm (UAX #9). */
const DIRECTION = /([\u202a-\u202e\u2066-\u2069])/;

/**
 * Build the nodes of inline runs: text, links and code.
 *
 * @param {{text: string, url?: string, code?: boolean}[]} parts
 * @returns {(Node|string)[]}
 */
export function runs(parts) {
  return parts.flatMap(({ text, url, code }) => {
    if (url) return build('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, text);
    return code ? build('code', {}, ...plainText(text)) : plainText(text);
  });
}

/**
 * Build the nodes of a text in which characters that turn the direction of writing are shown and do
 * nothing: after U+202E, `gnp.exe` would read as `exe.png`.
 *
 * @param {string} text
 * @returns {(Node|string)[]}
 */
export function plainText(text) {
  const parts = text.split(DIRECTION).filter(Boolean);
  return parts.map((part) => (DIRECTION.test(part) ? unseen(part) : part));
}

/** @param {string} character */
function unseen(character) {
  const code = character.codePointAt(0)?.toString(16).toUpperCase();
  return build('span', { className: 'unseen', 'data-code': `U+${code}` });
}
