/** @typedef {import('../lib/storage.js').PersistentStorage} PersistentStorage */

const THEME = 'theme';

/**
 * The colours of the panel: the customer's own choice, else that of the host page, else that of the
 * administrator.
 */
export class Appearance {
  /**
   * @param {PersistentStorage} browser
   * @param {Record<string, any>} chosen by the host page
   */
  constructor(browser, chosen) {
    this.browser = browser;
    this.chosen = chosen;
    this.#apply();
  }

  /** The customer's own choice, else the host page's. @returns {string} */
  get theme() {
    return this.browser.getItem(THEME) ?? this.chosen.theme ?? 'system';
  }

  set theme(theme) {
    this.browser.setItem(THEME, theme);
    this.#apply();
  }

  /** @param {Record<string, any>} chosen values that replace the former ones */
  set(chosen) {
    this.chosen = { ...this.chosen, ...chosen };
    this.#apply();
  }

  #apply() {
    const root = document.documentElement;
    root.style.colorScheme = ['light', 'dark'].includes(this.theme) ? this.theme : '';
    const { accent } = this.chosen;
    // The module that computes legible colours is loaded only for accents other than the default.
    if (!accent || getComputedStyle(root).getPropertyValue('--accent').includes(accent)) return;
    import('../elements/accent.js').then(
      ({ applyAccent }) => applyAccent(accent),
      () => undefined,
    );
  }
}
