import { build } from '../../elements/build.js';

/**
 * An excerpt as text, with what was found in it in `mark`.
 *
 * @param {{text: string, isMatch: boolean}[]} parts
 * @returns {(Node|string)[]}
 */
export function marked(parts) {
  return parts.map(({ text, isMatch }) => (isMatch ? build('mark', {}, text) : text));
}
