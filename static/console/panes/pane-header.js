import { build, setText } from '../../elements/dom.js';
import { stopwatch } from '../../lib/format.js';
import { transferDialog } from '../transfer/transfer-dialog.js';

/** @typedef {import('../console.js').Desk} Desk */
/** @typedef {import('../../lib/types.js').Summary} Summary */

/** Whose conversation it is, who else is there, and what can be done with it. */
export class PaneHeader {
  /** @type {number|null} since when the customer waits for an answer */
  #waitsSince = null;
  label = '';

  /**
   * @param {Desk} desk
   * @param {string} id
   */
  constructor(desk, id) {
    this.desk = desk;
    this.id = id;
    const { panes } = desk;
    this.number = build('kbd', { 'aria-hidden': 'true' });
    this.verified = build(
      'span',
      { className: 'verified', hidden: true },
      desk.words.say('verified'),
    );
    this.title = build('h2', { dir: 'auto' });
    this.about = build('p', { className: 'soft about', dir: 'auto' });
    this.waits = build('p', { className: 'waits' });
    this.looking = build('p', { className: 'looking', role: 'status' });
    this.details = this.#button('details', () => panes.showDetails(id), 'plain details');
    this.transfer = this.#button('transfer', () => transferDialog(desk, id));
    this.close = this.#button('closeConversation', () => this.askToEnd());
    this.asking = this.#makeQuestion();
    this.element = this.#make();
  }

  /**
   * @param {Summary} summary
   * @param {{isMine: boolean, number: number|null, waitsSince: number|null, colleague: string}} state
   */
  update(summary, { isMine, number, waitsSince, colleague }) {
    const { words } = this.desk;
    const name = summary.customer.name || words.say('unnamed');
    this.label = `${name} · ${summary.reference}`;
    setText(this.title, name);
    setText(this.number, number === null ? '' : String(number));
    setText(
      this.about,
      [summary.reference, this.desk.topicName(summary.topic)].filter(Boolean).join(' · '),
    );
    this.transfer.hidden = this.close.hidden = !isMine;
    if (!isMine) this.asking.hidden = true;
    this.#waitsSince = waitsSince;
    setText(this.looking, colleague ? words.say('typing', { name: colleague }) : this.#whoLooks());
    this.tick();
  }

  /** A second has passed. */
  tick() {
    const since = this.#waitsSince;
    const time = since === null ? '' : stopwatch(this.desk.now - since);
    setText(this.waits, time && this.desk.words.say('waitsForMe', { time }));
  }

  /** End it, once this is said to be meant. */
  askToEnd() {
    if (this.close.hidden) return;
    this.asking.hidden = false;
    this.asking.querySelector('button')?.focus();
  }

  #whoLooks() {
    const { words, viewing } = this.desk;
    const colleagues = viewing.of(this.id).map(({ name }) => name);
    const names = new Intl.ListFormat(words.locale).format(colleagues);
    return names ? words.say('looking', { count: colleagues.length, names }) : '';
  }

  #make() {
    const { words, panes } = this.desk;
    const back = this.#button('back', () => panes.leave(), 'plain back');
    back.setAttribute('aria-label', words.say('back'));
    setText(back, '‹');
    const hide = this.#button('hide', () => panes.hide(this.id), 'plain hide');
    hide.setAttribute('aria-label', words.say('hide'));
    hide.title = words.say('hide');
    setText(hide, '×');
    const actions = build('div', { className: 'actions' }, this.details, this.transfer, this.close);
    return build(
      'header',
      {},
      build('div', { className: 'whose' }, back, this.number, this.title, this.verified, hide),
      build('div', { className: 'what' }, this.about, this.waits, actions),
      this.looking,
      this.asking,
    );
  }

  #makeQuestion() {
    const { words, panes } = this.desk;
    const stay = () => {
      this.asking.hidden = true;
      panes.pane(this.id)?.focus();
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

  async #end() {
    const { noticeBar, session, panes } = this.desk;
    this.asking.hidden = true;
    panes.pane(this.id)?.focus();
    await noticeBar.attempt(() => session.request('close', { conversation: this.id }));
  }

  /**
   * @param {string} label
   * @param {() => void} onclick
   * @param {string} [className]
   */
  #button(label, onclick, className) {
    return build('button', { type: 'button', onclick, className }, this.desk.words.say(label));
  }
}
