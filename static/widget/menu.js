import { build, setText } from '../elements/dom.js';
import { ExportMenu } from './export-menu.js';
import { loadStylesheet } from './load-stylesheet.js';
import { RetentionNotice } from './retention-notice.js';
import { chime } from './sound.js';

const SOUND = 'sound';
const THEMES = { system: 'themeSystem', light: 'themeLight', dark: 'themeDark' };

await loadStylesheet('./menu.css');

/** The menu: export, end and deletion of the conversation, sound and colours. */
export class Menu {
  #isSure = false;

  /**
   * @param {HTMLElement} button the button that opens it
   * @param {object} needs
   * @param {import('../lib/i18n.js').Words} needs.words
   * @param {import('../lib/session.js').Session} needs.session
   * @param {import('../lib/types.js').Storage} needs.browser the stored values of this browser
   * @param {{theme: string}} needs.appearance
   * @param {() => string|null} needs.current returns the conversation that is shown
   * @param {() => void} needs.focus gives the focus back to what is shown
   */
  constructor(button, { words, session, browser, appearance, current, focus }) {
    this.button = button;
    this.words = words;
    this.session = session;
    this.browser = browser;
    this.appearance = appearance;
    this.current = current;
    this.focus = focus;
    this.exportMenu = new ExportMenu(words, session);
    this.retention = new RetentionNotice({ words, session, onerased: focus });
    this.sound = build('button', {
      type: 'button',
      role: 'switch',
      onclick: () => this.#switchSound(),
    });
    this.sound.append(words.say('sound'));
    this.theme = build(
      'select',
      { onchange: () => (appearance.theme = this.theme.value) },
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
    return this.session.conversations.get(this.current() ?? '');
  }

  /** @param {Event} event */
  #toggled(event) {
    const isOpen = /** @type {ToggleEvent} */ (event).newState === 'open';
    this.button.setAttribute('aria-expanded', `${isOpen}`);
    if (!isOpen) return;
    this.#isSure = false;
    const id = this.current() ?? '';
    this.exportMenu.enter(id);
    this.retention.enter(id);
    setText(this.problem, '');
    this.#show();
    this.element.querySelector('button')?.focus();
  }

  #show() {
    const { words } = this;
    const status = this.#conversation?.summary.status;
    this.exportMenu.element.hidden = !status;
    this.end.hidden = !status || status === 'closed';
    setText(this.end, words.say(this.#isSure ? 'endSure' : 'end'));
    this.theme.value = this.appearance.theme;
    this.sound.setAttribute('aria-checked', `${this.browser.getItem(SOUND) !== 'off'}`);
  }

  #switchSound() {
    const isOff = this.browser.getItem(SOUND) === 'off';
    this.browser.setItem(SOUND, isOff ? 'on' : 'off');
    if (isOff) chime();
    this.#show();
  }

  async #end() {
    if (!this.#isSure) {
      this.#isSure = true;
      return this.#show();
    }
    try {
      await this.session.request('close', { conversation: this.current() });
      this.element.hidePopover();
      this.focus();
    } catch (error) {
      setText(this.problem, /** @type {Error} */ (error).message);
    }
  }
}
