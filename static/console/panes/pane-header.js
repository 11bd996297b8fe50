import { build, setText } from '../../elements/dom.js';
import { stopwatch } from '../../lib/format.js';

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

/** The head of a pane: the customer, viewers and typing colleagues, and the actions. */
export class PaneHeader {
  /** @type {number|null} since when the customer waits for an answer */
  #waitsSince = null;
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
    this.waits = build('p', { className: 'waits' });
    this.looking = build('p', { className: 'looking', role: 'status' });
    this.details = this.#button('details', actions.showDetails, 'plain details');
    this.transfer = this.#button('transfer', actions.transfer);
    this.close = this.#button('closeConversation', () => this.askToEnd());
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
    this.#waitsSince = waitsSince;
    setText(this.looking, colleague ? words.say('typing', { name: colleague }) : this.#whoLooks());
    this.tick();
  }

  /** Update the waiting time; called once a second. */
  tick() {
    const since = this.#waitsSince;
    const time = since === null ? '' : stopwatch(this.session.now - since);
    setText(this.waits, time && this.words.say('waitsForMe', { time }));
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
    setText(hide, '×');
    const buttons = build('div', { className: 'actions' }, this.details, this.transfer, this.close);
    return build(
      'header',
      {},
      build('div', { className: 'whose' }, back, this.number, this.title, this.verified, hide),
      build('div', { className: 'what' }, this.about, this.waits, buttons),
      this.looking,
      this.asking,
    );
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
