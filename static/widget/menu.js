import { build, setText } from '../elements/dom.js';
import { loadStylesheet } from './load-stylesheet.js';
import { chime } from './sound.js';
import { copy } from './transcript.js';

const SOUND = 'sound';
const THEMES = { system: 'themeSystem', light: 'themeLight', dark: 'themeDark' };

await loadStylesheet('./menu.css');

/**
 * A page that takes the place of the menu's list. `enter` is told the conversation and moves the
 * focus into the page.
 *
 * @typedef {{element: HTMLElement, enter: (conversation: string) => void}} MenuPage
 * @typedef {'save'|'mail'|'erase'} PageName
 */

/** The menu: copies, archive and end of the conversation, sound and colours, and its deletion. */
export class Menu {
  #isSure = false;
  /** @type {Map<PageName, MenuPage>} */
  #pages = new Map();
  /** @type {PageName|null} the page that was opened last */
  #opened = null;

  /**
   * @param {HTMLElement} button the button that opens it
   * @param {object} needs
   * @param {import('../lib/i18n.js').Words} needs.words
   * @param {import('../lib/session.js').Session} needs.session
   * @param {import('../lib/types.js').Storage} needs.browser the stored values of this browser
   * @param {{theme: string}} needs.appearance
   * @param {import('./views.js').Views} needs.views
   */
  constructor(button, needs) {
    this.button = button;
    this.needs = needs;
    const { words } = needs;
    this.copy = this.#button('copyConversation', () => this.#copy());
    this.save = this.#button('saveCopy', () => this.#turnTo('save'));
    this.mail = this.#button('mailConversation', () => this.#turnTo('mail'));
    this.archive = this.#button('archive', () => this.#goToArchive());
    this.end = this.#button('end', () => this.#end());
    this.erase = this.#button('erase', () => this.#turnTo('erase'));
    this.sound = this.#button('sound', () => this.#switchSound());
    this.sound.role = 'switch';
    this.theme = build(
      'select',
      { onchange: () => (needs.appearance.theme = this.theme.value) },
      ...Object.entries(THEMES).map(([value, key]) => build('option', { value }, words.say(key))),
    );
    this.reference = build('p', { className: 'soft' });
    this.said = build('p', { className: 'soft', role: 'status' });
    this.problem = build('p', { className: 'problem', role: 'alert' });
    this.list = this.#list();
    this.back = this.#button('backToMenu', () => this.#showList());
    this.page = build('div', { className: 'menu-page', hidden: true });
    this.element = build(
      'div',
      { className: 'menu', popover: 'auto', role: 'region', 'aria-label': words.say('menu') },
      this.list,
      this.page,
    );
    this.element.addEventListener('beforetoggle', (event) => this.#toggles(event));
    this.element.addEventListener('toggle', (event) => this.#toggled(event));
    document.body.append(this.element);
    // A click on the button closes the open menu, instead of dismissing and opening it again.
    Object.assign(button, { popoverTargetElement: this.element });
  }

  /** Open the menu at its list, or at one of its pages. @param {PageName} [page] */
  open(page) {
    this.element.showPopover();
    if (page) void this.#turnTo(page);
  }

  #list() {
    const { words } = this.needs;
    return build(
      'div',
      { className: 'menu-list' },
      this.reference,
      this.copy,
      this.save,
      this.mail,
      this.archive,
      this.end,
      this.said,
      this.problem,
      this.sound,
      build('label', {}, words.say('colours'), this.theme),
      build(
        'a',
        { href: `/privacy?language=${words.language}`, target: '_blank' },
        words.say('privacy'),
      ),
      this.erase,
    );
  }

  /** @param {string} key @param {() => void} onclick */
  #button(key, onclick) {
    const properties = { type: 'button', className: key, onclick };
    return build('button', properties, this.needs.words.say(key));
  }

  get #conversation() {
    return this.needs.session.conversations.get(this.needs.views.current ?? '');
  }

  /** @param {Event} event */
  #toggles(event) {
    if (/** @type {ToggleEvent} */ (event).newState !== 'open') return;
    this.#isSure = false;
    this.list.hidden = false;
    this.page.hidden = true;
    for (const text of [this.said, this.problem]) setText(text, '');
    this.#show();
  }

  /** @param {Event} event */
  #toggled(event) {
    const isOpen = /** @type {ToggleEvent} */ (event).newState === 'open';
    this.button.setAttribute('aria-expanded', `${isOpen}`);
    if (!isOpen || this.list.hidden) return;
    /** @type {HTMLElement|null} */ (this.list.querySelector('button:not([hidden])'))?.focus();
  }

  #show() {
    const { words, session, browser, appearance } = this.needs;
    const { summary, log } = this.#conversation ?? {};
    for (const button of [this.copy, this.save]) button.hidden = !summary;
    this.mail.hidden = !summary || !session.welcome.mail?.available;
    this.archive.hidden = session.conversations.size === 0;
    this.end.hidden = !summary || summary.status === 'closed';
    setText(this.end, words.say(this.#isSure ? 'endSure' : 'end'));
    this.erase.hidden = !log || log.events.some(({ kind }) => kind === 'redacted');
    const { reference = '' } = summary ?? {};
    setText(this.reference, reference && words.say('reference', { reference }));
    this.theme.value = appearance.theme;
    this.sound.setAttribute('aria-checked', `${browser.getItem(SOUND) !== 'off'}`);
  }

  #showList() {
    this.page.hidden = true;
    this.list.hidden = false;
    this.#show();
    if (this.#opened) this[this.#opened].focus();
  }

  /** Show a page in the place of the list. @param {PageName} name */
  async #turnTo(name) {
    const { words } = this.needs;
    const id = this.needs.views.current ?? '';
    setText(this.problem, '');
    try {
      const page = this.#pages.get(name) ?? (await this.#load(name));
      this.#pages.set(name, page);
      this.#opened = name;
      this.page.replaceChildren(this.back, page.element);
      this.list.hidden = true;
      this.page.hidden = false;
      page.enter(id);
    } catch {
      setText(this.problem, words.say('unreachable'));
    }
  }

  /** @param {PageName} name @returns {Promise<MenuPage>} */
  async #load(name) {
    const { words, session, views } = this.needs;
    if (name === 'save') return new (await import('./save-copy.js')).SaveCopy(words, session);
    const close = () => this.#showList();
    if (name === 'mail')
      return (await import('./transcript-mail.js')).mailPage(session, words, close);
    const { ErasePage } = await import('./erase-page.js');
    const erased = () => {
      this.element.hidePopover();
      views.focus();
    };
    return new ErasePage({ words, session, onerased: erased, onkept: close });
  }

  async #copy() {
    const { words, session, views } = this.needs;
    setText(this.said, '');
    try {
      await copy(session, views.current ?? '');
      setText(this.said, words.say('conversationCopied'));
    } catch {
      setText(this.said, words.say('conversationNotCopied'));
    }
  }

  #goToArchive() {
    this.element.hidePopover();
    void this.needs.views.go('archive');
  }

  #switchSound() {
    const { browser } = this.needs;
    const isOff = browser.getItem(SOUND) === 'off';
    browser.setItem(SOUND, isOff ? 'on' : 'off');
    if (isOff) chime();
    this.#show();
  }

  async #end() {
    const { session, views } = this.needs;
    if (!this.#isSure) {
      this.#isSure = true;
      return this.#show();
    }
    try {
      await session.request('close', { conversation: views.current });
      this.element.hidePopover();
      views.focus();
    } catch (error) {
      setText(this.problem, /** @type {Error} */ (error).message);
    }
  }
}
