import { build } from './dom.js';

/**
 * Build the nodes of inline runs: text, links and code.
 *
 * @param {{text: string, url?: string, code?: boolean}[]} parts
 * @returns {(Node|string)[]}
 */
export function runs(parts) {
  return parts.map(({ text, url, code }) => {
    if (url) return build('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, text);
    return code ? build('code', {}, text) : text;
  });
}
