import { build, setText } from '../../elements/dom.js';
import { deadline } from '../date-format.js';

/** @typedef {import('../console.js').Desk} Desk */
/** @typedef {import('../../lib/types.js').Summary} Summary */

/** Stands where one writes, in a conversation that one only reads: why, and how to take it. */
export class ReadOnlyBar {
  /**
   * @param {Desk} desk
   * @param {string} id
   */
  constructor(desk, id) {
    this.desk = desk;
    const { opener } = desk;
    this.text = build('p', { className: 'soft', dir: 'auto' });
    this.accept = this.#button('accept', () => opener.accept(id));
    this.takeOver = this.#button('takeOver', () => opener.takeOver(id));
    this.element = build('div', { className: 'read-only' }, this.text, this.accept, this.takeOver);
  }

  /**
   * @param {Summary} summary
   * @param {boolean} isMine whether one may write
   */
  show(summary, isMine) {
    this.element.hidden = isMine;
    if (isMine) return;
    const { status } = summary;
    this.accept.hidden = status !== 'waiting';
    this.takeOver.hidden = status !== 'active' || !this.desk.session.welcome.supervises;
    setText(this.text, this.#why(summary));
  }

  /** @param {Summary} summary */
  #why({ status, technician, closed_at: at }) {
    const { words, now } = this.desk;
    if (status === 'waiting') return words.say('readOnlyWaiting');
    if (status === 'active') return words.say('readOnlyActive', { name: technician?.name ?? '' });
    return words.say('readOnlyClosed', { time: deadline(at ?? now, words.locale, now) });
  }

  /**
   * @param {string} label
   * @param {() => Promise<void>} take
   */
  #button(label, take) {
    const onclick = () => this.desk.noticeBar.attempt(take);
    const properties = { type: 'button', className: 'primary', onclick };
    return build('button', properties, this.desk.words.say(label));
  }
}
