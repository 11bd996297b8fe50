import { build, setText } from '../../elements/dom.js';
import { WaitingTime } from '../lists/waiting-time.js';

/** @typedef {import('../../lib/types.js').Summary} Summary */

/**
 * The actions of the buttons in a pane.
 *
 * @typedef {object} PaneActions
 * @property {() => void} leave goes back to the lists, on a narrow screen
 * @property {() => void} hide
 * @property {() => void} showDetails
 * @property {() => void} transfer
 * @property {() => void} end closes the conversation
 * @property {() => void} focus goes back into the conversation
 */

/**
 * The head of a pane in one line: the customer, the waiting time and the actions, which a narrow pane
 * has in a menu; below it viewers and typing colleagues, if there are any.
 */
export class PaneHeader {
  label = '';

  /**
   * @param {string} id
   * @param {object} needs
   * @param {import('../../lib/i18n.js').Words} needs.words
   * @param {import('../../lib/technician-session.js').TechnicianSession} needs.session
   * @param {import('./viewing.js').Viewing} needs.viewing
   * @param {PaneActions} needs.actions
   */
  constructor(id, { words, session, viewing, actions }) {
    this.id = id;
    this.words = words;
    this.session = session;
    this.viewing = viewing;
    this.actions = actions;
    this.number = build('kbd', { 'aria-hidden': 'true' });
    this.verified = build('span', { className: 'verified', hidden: true }, words.say('verified'));
    this.title = build('h2', { dir: 'auto' });
    this.about = build('p', { className: 'soft about', dir: 'auto' });
    this.waits = new WaitingTime(words, session);
    this.looking = build('p', { className: 'looking', role: 'status' });
    this.details = this.#button('details', actions.showDetails, 'details');
    this.transfer = this.#button('transfer', actions.transfer);
    this.close = this.#button('closeConversation', () => this.askToEnd());
    this.more = this.#button('more', () => this.#unfold(this.more.ariaExpanded !== 'true'));
    this.asking = this.#makeQuestion();
    this.element = this.#make();
  }

  /**
   * @param {Summary} summary
   * @param {{isMine: boolean, number: number|null, waitsSince: number|null, colleague: string}} state
   */
  update(summary, { isMine, number, waitsSince, colleague }) {
    const { words } = this;
    const name = summary.customer.name || words.say('unnamed');
    this.label = `${name} · ${summary.reference}`;
    setText(this.title, name);
    setText(this.number, number === null ? '' : String(number));
    setText(
      this.about,
      [summary.reference, this.session.topicName(summary.topic)].filter(Boolean).join(' · '),
    );
    this.transfer.hidden = this.close.hidden = !isMine;
    if (!isMine) this.asking.hidden = true;
    this.waits.show(waitsSince === null ? { say: '' } : { say: 'waitsForYou', since: waitsSince });
    setText(this.looking, colleague ? words.say('typing', { name: colleague }) : this.#whoLooks());
  }

  /** Update the waiting time; called once a second. */
  tick() {
    this.waits.tick();
  }

  /** Ask for confirmation before closing the conversation. */
  askToEnd() {
    if (this.close.hidden) return;
    this.asking.hidden = false;
    this.asking.querySelector('button')?.focus();
  }

  #whoLooks() {
    const { words, viewing } = this;
    const colleagues = viewing.viewersOf(this.id).map(({ name }) => name);
    const names = new Intl.ListFormat(words.locale).format(colleagues);
    return names ? words.say('looking', { count: colleagues.length, names }) : '';
  }

  #make() {
    const { words, actions } = this;
    const back = this.#button('back', actions.leave, 'plain back');
    back.setAttribute('aria-label', words.say('back'));
    setText(back, '‹');
    const hide = this.#button('hide', actions.hide, 'plain hide');
    hide.setAttribute('aria-label', words.say('hide'));
    hide.title = words.say('hide');
    setText(hide, '−');
    const { number, title, verified, about, more } = this;
    const waits = build('p', { className: 'waits' }, this.waits.element);
    const line = [back, number, title, verified, about, waits, this.#makeMenu(), more, hide];
    const whose = build('div', { className: 'whose' }, ...line);
    return build('header', {}, whose, this.looking, this.asking);
  }

  /** Build the actions, and the button that shows them in a narrow pane. */
  #makeMenu() {
    const { words, more } = this;
    more.className = 'plain more';
    more.ariaExpanded = 'false';
    more.ariaLabel = more.title = words.say('more');
    setText(more, '⋯');
    const fold = () => this.#unfold(false);
    const onkeydown = (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== 'Escape' || more.ariaExpanded !== 'true') return;
      event.stopPropagation();
      fold();
      more.focus();
    };
    const onfocusout = (/** @type {FocusEvent} */ { relatedTarget }) => {
      const next = /** @type {Node|null} */ (relatedTarget);
      if (next !== more && !menu.contains(next)) fold();
    };
    const properties = { className: 'actions', onkeydown, onfocusout };
    const menu = build('div', properties, this.details, this.transfer, this.close);
    // Before the action, which may open a dialog: that gives the focus back to where it was.
    const leave = () => {
      if (more.ariaExpanded === 'true') more.focus();
      fold();
    };
    menu.addEventListener('click', leave, { capture: true });
    return menu;
  }

  /** @param {boolean} isOpen */
  #unfold(isOpen) {
    this.more.ariaExpanded = String(isOpen);
    if (isOpen) this.details.parentElement?.querySelector('button')?.focus();
  }

  #makeQuestion() {
    const { words, actions } = this;
    const stay = () => {
      this.asking.hidden = true;
      actions.focus();
    };
    const onkeydown = (/** @type {KeyboardEvent} */ event) => event.key === 'Escape' && stay();
    const question = build('p', {}, words.say('endSure'));
    const end = this.#button('endIt', () => this.#end(), 'primary');
    const properties = {
      className: 'asking',
      role: 'group',
      'aria-label': words.say('endSure'),
      hidden: true,
      onkeydown,
    };
    return build('div', properties, question, end, this.#button('keepOpen', stay));
  }

  #end() {
    this.asking.hidden = true;
    this.actions.focus();
    this.actions.end();
  }

  /**
   * @param {string} label
   * @param {() => void} onclick
   * @param {string} [className]
   */
  #button(label, onclick, className) {
    return build('button', { type: 'button', onclick, className }, this.words.say(label));
  }
}
