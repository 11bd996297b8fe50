import { applyAccent } from '../elements/accent.js';

/** @typedef {import('../lib/memory.js').Memory} Memory */

const THEME = 'theme';

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
    const { theme } = this;
    document.documentElement.style.colorScheme = ['light', 'dark'].includes(theme) ? theme : '';
    applyAccent(this.chosen.accent);
  }
}
