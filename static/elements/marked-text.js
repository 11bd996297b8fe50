import { build } from './dom.js';

/**
 * Build the nodes of a search excerpt, with its matches in `mark` elements.
 *
 * @param {{text: string, isMatch: boolean}[]} parts
 * @returns {(Node|string)[]}
 */
export function markedText(parts) {
  return parts.map(({ text, isMatch }) => (isMatch ? build('mark', {}, text) : text));
}
