import { tints } from '../lib/colour.js';

/**
 * Give a page the accent that its operator chose, as light and dark pages can show it; what is no
 * colour changes nothing.
 *
 * @param {string|undefined} accent `#rgb` or `#rrggbb`
 * @param {HTMLElement} [root] the part of the page that is to have it
 */
export function applyAccent(accent, root = document.documentElement) {
  const found = tints(accent ?? '');
  if (!found) return;
  const { light, dark } = found;
  root.style.setProperty('--accent', `light-dark(${light.accent}, ${dark.accent})`);
  root.style.setProperty('--on-accent', `light-dark(${light.ink}, ${dark.ink})`);
}
