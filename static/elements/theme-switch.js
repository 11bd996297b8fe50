import { build } from './dom.js';

/** @typedef {import('../lib/i18n.js').Words} Words */

const KEY = 'chatserver.theme';
const THEMES = ['system', 'light', 'dark'];

/** A switch between the system's, the light and the dark theme; the choice is stored. */
export class ThemeSwitch extends HTMLElement {
  #legend = build('legend', { className: 'hidden-label' });
  /** @type {Map<string, {input: HTMLInputElement, text: HTMLElement}>} */
  #choices = new Map();

  connectedCallback() {
    if (!this.firstChild) this.append(this.#made());
    apply(stored());
    this.#show();
    window.addEventListener('storage', this.#changedElsewhere);
  }

  disconnectedCallback() {
    window.removeEventListener('storage', this.#changedElsewhere);
  }

  /** @param {Words} words */
  show(words) {
    this.#legend.textContent = words.say('colours');
    const texts = [words.say('themeSystem'), words.say('themeLight'), words.say('themeDark')];
    THEMES.forEach((theme, place) => {
      const choice = this.#choices.get(theme);
      if (choice) choice.text.textContent = texts[place] ?? '';
    });
  }

  /** Choose a theme without a click. @param {'system'|'light'|'dark'} theme */
  choose(theme) {
    choose(theme);
    this.#show();
  }

  #made() {
    // Two switches on one page must not share one radio group.
    const name = `theme-${Math.random().toString(36).slice(2)}`;
    return build('fieldset', {}, this.#legend, ...THEMES.map((theme) => this.#choice(name, theme)));
  }

  /**
   * @param {string} name
   * @param {string} theme
   */
  #choice(name, theme) {
    const input = build('input', { type: 'radio', name, value: theme, className: 'hidden-label' });
    const text = build('span');
    input.addEventListener('change', () => choose(theme));
    this.#choices.set(theme, { input, text });
    return build('label', {}, input, text);
  }

  #show() {
    const choice = this.#choices.get(stored());
    if (choice) choice.input.checked = true;
  }

  /** @param {StorageEvent} event */
  #changedElsewhere = ({ key }) => {
    if (key !== KEY) return;
    apply(stored());
    this.#show();
  };
}

/** @returns {string} one of the themes */
function stored() {
  try {
    const theme = localStorage.getItem(KEY) ?? '';
    return THEMES.includes(theme) ? theme : 'system';
  } catch {
    return 'system';
  }
}

/** @param {string} theme */
function choose(theme) {
  try {
    if (theme === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // Without a storage the choice is valid for this page only.
  }
  apply(theme);
}

/** @param {string} theme */
function apply(theme) {
  document.documentElement.style.colorScheme = theme === 'system' ? '' : theme;
}

customElements.define('theme-switch', ThemeSwitch);
