import { tints } from '../lib/colour.js';

/**
 * Apply an accent colour to a page, in its forms for light and for dark themes. A text that is no
 * colour changes nothing.
 *
 * @param {string|undefined} accent `#rgb` or `#rrggbb`
 * @param {HTMLElement} [root] the part of the page that gets it
 */
export function applyAccent(accent, root = document.documentElement) {
  const found = tints(accent ?? '');
  if (!found) return;
  const { light, dark, fill, ink } = found;
  root.style.setProperty('--accent', `light-dark(${light}, ${dark})`);
  root.style.setProperty('--fill', fill);
  root.style.setProperty('--on-fill', ink);
}
