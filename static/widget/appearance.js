/** @typedef {import('../lib/storage.js').PersistentStorage} PersistentStorage */

const THEME = 'theme';

/** The panel's colours, as the host page, an administrator or the customer wants them. */
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

  /** @param {Record<string, any>} chosen by the host page, or what it leaves open */
  set(chosen) {
    this.chosen = { ...this.chosen, ...chosen };
    this.#apply();
  }

  #apply() {
    const root = document.documentElement;
    root.style.colorScheme = ['light', 'dark'].includes(this.theme) ? this.theme : '';
    const { accent } = this.chosen;
    // What makes a colour readable is fetched only for one that the tokens do not have.
    if (!accent || getComputedStyle(root).getPropertyValue('--accent').includes(accent)) return;
    import('../elements/accent.js').then(
      ({ applyAccent }) => applyAccent(accent),
      () => undefined,
    );
  }
}
