import { readable } from './shade.js';

/** @typedef {import('../lib/memory.js').Memory} Memory */

const THEME = 'theme';
const LIGHT = '#ffffff';
const DARK = '#14171c';

/** The panel's colours, as the host page, an administrator or the customer wants them. */
export class Look {
  /**
   * @param {Memory} browser
   * @param {Record<string, any>} chosen by the host page
   */
  constructor(browser, chosen) {
    this.browser = browser;
    this.chosen = chosen;
    this.apply();
  }

  /** The customer's own choice, else the host page's. @returns {string} */
  get theme() {
    return this.browser.getItem(THEME) ?? this.chosen.theme ?? '';
  }

  set theme(theme) {
    this.browser.setItem(THEME, theme);
    this.apply();
  }

  /** @param {Record<string, any>} chosen by the host page, or what it leaves open */
  set(chosen) {
    this.chosen = { ...this.chosen, ...chosen };
    this.apply();
  }

  apply() {
    const { style } = document.documentElement;
    const { accent } = this.chosen;
    style.colorScheme = ['light', 'dark'].includes(this.theme) ? this.theme : '';
    if (!/^#[0-9a-f]{6}$/i.test(accent)) return;
    const [light, dark] = [readable(accent, LIGHT), readable(accent, DARK)];
    style.setProperty('--accent', `light-dark(${light.colour}, ${dark.colour})`);
    style.setProperty('--on-accent', `light-dark(${light.ink}, ${dark.ink})`);
  }
}
