import { build, setText } from './dom.js';
import { chosenLanguage, namedLanguages, storeLanguage } from './language-choice.js';
import { passwordForm } from './password-form.js';
import { ThemeSwitch } from './theme-switch.js';

/** @typedef {import('../lib/i18n.js').Words} Words */
/** @typedef {import('../lib/http.js').Http} Http */

/**
 * An action at the end of the menu. `warning` returns a sentence to confirm first, or ''.
 *
 * @typedef {{name: string, run: () => void|Promise<void>, warning?: () => string}} MenuAction
 */

const GAP_PX = 4;
const MARGIN_PX = 8;

/** A reader's own settings in the head of a page: theme, language, password, and leaving. */
export class PersonalMenu extends HTMLElement {
  theme = new ThemeSwitch();
  #initials = build('span', { className: 'initials', 'aria-hidden': 'true' });
  #name = build('span', { className: 'name', dir: 'auto' });
  #called = build('span', { className: 'hidden-label' });
  #button = build('button', { type: 'button', 'aria-expanded': 'false' });
  #sheet = build('div', { className: 'sheet', popover: 'auto', role: 'group' });
  #acts = build('div', { className: 'acts' });
  #isBuilt = false;

  connectedCallback() {
    if (this.firstChild) return;
    this.#button.append(this.#initials, this.#called, this.#name);
    this.#button.popoverTargetElement = this.#sheet;
    this.append(this.#button, this.#sheet);
    this.#sheet.addEventListener('beforetoggle', ({ newState }) => {
      this.#button.ariaExpanded = String(newState === 'open');
      if (newState === 'open') this.#place();
    });
    this.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || !this.#sheet.matches(':popover-open')) return;
      // The page's own meaning of Escape is for when no menu is open.
      event.stopPropagation();
      event.preventDefault();
      this.#sheet.hidePopover();
      this.#button.focus();
    });
  }

  /**
   * @param {Words} words
   * @param {object} needs
   * @param {Http} [needs.http] of a signed-in technician, who may change the password and sign out
   * @param {() => string} [needs.warning] returns what signing out would mean, or ''
   */
  show(words, { http, warning }) {
    if (this.#isBuilt) return;
    this.#isBuilt = true;
    this.#sheet.setAttribute('aria-label', words.say('account'));
    this.call(words, '');
    this.#sheet.append(
      build(
        'div',
        {},
        build('p', { className: 'soft', 'aria-hidden': 'true' }, words.say('colours')),
        this.theme,
      ),
      this.#languages(words),
      ...(http ? [passwordForm(words, http)] : []),
      this.#acts,
    );
    this.theme.show(words);
    const run = async () => {
      await http?.post('/logout', {});
      location.assign('/login');
    };
    if (http) this.offer(words, [{ name: words.say('signOut'), run, warning }]);
  }

  /** Offer other actions at the end. @param {Words} words @param {MenuAction[]} actions */
  offer(words, actions) {
    this.#acts.replaceChildren(...actions.map((each) => action(words, each)));
  }

  /** Show whose settings these are. @param {Words} words @param {string} name */
  call(words, name) {
    setText(this.#name, name);
    setText(this.#initials, initials(name));
    setText(this.#called, `${words.say('account')} `);
    this.#button.title = words.say('account');
  }

  /** @param {Words} words */
  #languages(words) {
    const codes = (document.documentElement.dataset.languages ?? '').split(' ');
    const select = build(
      'select',
      { onchange: () => storeLanguage(select.value) && location.reload() },
      build('option', { value: '' }, words.say('languageAuto')),
      ...namedLanguages(codes).map(({ code, name }) =>
        build('option', { value: code, lang: code }, name),
      ),
    );
    select.value = chosenLanguage();
    return build('label', {}, words.say('ownLanguage'), select);
  }

  // In the top layer the sheet knows nothing of its button.
  #place() {
    const { bottom, left, right } = this.#button.getBoundingClientRect();
    const width = document.documentElement.clientWidth;
    const isFromTheRight = getComputedStyle(this).direction === 'rtl';
    const end = isFromTheRight ? left : width - right;
    this.#sheet.style.insetBlockStart = `${bottom + GAP_PX}px`;
    this.#sheet.style.insetInlineEnd = `${Math.max(MARGIN_PX, end)}px`;
  }
}

/**
 * @param {Words} words
 * @param {MenuAction} what
 */
function action(words, { name, run, warning = () => '' }) {
  const said = build('p', { className: 'warning', role: 'status' });
  const problem = build('p', { className: 'problem', role: 'alert' });
  const button = build('button', { type: 'button' }, name);
  button.addEventListener('click', async () => {
    setText(problem, '');
    const sure = said.textContent !== '' || !warning();
    if (!sure) {
      setText(said, warning());
      setText(button, words.say('anyway', { action: name }));
      return;
    }
    try {
      await run();
    } catch (error) {
      setText(problem, /** @type {Error} */ (error).message);
    }
  });
  return build('div', {}, said, button, problem);
}

/**
 * Return the first letters of the first and the last word of a name.
 *
 * @param {string} name
 */
export function initials(name) {
  const [first = '', ...more] = name.trim().split(/\s+/);
  return [first, more.at(-1) ?? '']
    .map((word) => [...word][0] ?? '')
    .join('')
    .toLocaleUpperCase();
}

customElements.define('personal-menu', PersonalMenu);
