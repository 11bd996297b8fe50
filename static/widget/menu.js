import { build, setText } from '../elements/dom.js';
import { ExportMenu } from './export-menu.js';
import { loadStylesheet } from './load-stylesheet.js';
import { RetentionNotice } from './retention-notice.js';
import { chime } from './sound.js';

/** @typedef {import('./panel.js').Panel} Panel */

const SOUND = 'sound';
const THEMES = { system: 'themeSystem', light: 'themeLight', dark: 'themeDark' };

await loadStylesheet('./menu.css');

/** What can be done with the conversation that is shown, and how the panel sounds and looks. */
export class Menu {
  #isSure = false;

  /**
   * @param {Panel} panel
   * @param {HTMLElement} button which opens it
   */
  constructor(panel, button) {
    this.panel = panel;
    this.button = button;
    const { words } = panel;
    this.exportMenu = new ExportMenu(panel);
    this.retention = new RetentionNotice(panel);
    this.sound = build('button', {
      type: 'button',
      role: 'switch',
      onclick: () => this.#switchSound(),
    });
    this.sound.append(words.say('sound'));
    this.theme = build(
      'select',
      { onchange: () => (panel.appearance.theme = this.theme.value) },
      ...Object.entries(THEMES).map(([value, key]) => build('option', { value }, words.say(key))),
    );
    this.end = build('button', { type: 'button', className: 'end', onclick: () => this.#end() });
    this.problem = build('p', { className: 'problem', role: 'alert' });
    this.element = build(
      'div',
      { className: 'menu', popover: 'auto', role: 'region', 'aria-label': words.say('menu') },
      this.exportMenu.element,
      this.sound,
      build('label', {}, words.say('colours'), this.theme),
      this.end,
      this.retention.element,
      this.problem,
    );
    this.element.addEventListener('toggle', (event) => this.#toggled(event));
    document.body.append(this.element);
  }

  toggle() {
    this.element.togglePopover();
  }

  get #conversation() {
    return this.panel.session.conversations.get(this.panel.views.current ?? '');
  }

  /** @param {Event} event */
  #toggled(event) {
    const isOpen = /** @type {ToggleEvent} */ (event).newState === 'open';
    this.button.setAttribute('aria-expanded', `${isOpen}`);
    if (!isOpen) return;
    this.#isSure = false;
    this.exportMenu.enter();
    this.retention.enter(this.panel.views.current ?? '');
    setText(this.problem, '');
    this.#show();
    this.element.querySelector('button')?.focus();
  }

  #show() {
    const { words } = this.panel;
    const status = this.#conversation?.summary.status;
    this.exportMenu.element.hidden = !status;
    this.end.hidden = !status || status === 'closed';
    setText(this.end, words.say(this.#isSure ? 'endSure' : 'end'));
    this.theme.value = this.panel.appearance.theme;
    this.sound.setAttribute('aria-checked', `${this.panel.browser.getItem(SOUND) !== 'off'}`);
  }

  #switchSound() {
    const isOff = this.panel.browser.getItem(SOUND) === 'off';
    this.panel.browser.setItem(SOUND, isOff ? 'on' : 'off');
    if (isOff) chime();
    this.#show();
  }

  async #end() {
    if (!this.#isSure) {
      this.#isSure = true;
      return this.#show();
    }
    try {
      await this.panel.session.request('close', { conversation: this.panel.views.current });
      this.element.hidePopover();
      this.panel.views.focus();
    } catch (error) {
      setText(this.problem, /** @type {Error} */ (error).message);
    }
  }
}
