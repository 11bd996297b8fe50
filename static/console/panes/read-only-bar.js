import { build, setText } from '../../elements/dom.js';
import { deadline } from '../date-format.js';

/** @typedef {import('../../lib/types.js').Summary} Summary */

/**
 * Replaces the composer in a conversation of others: it tells why, and offers to take the
 * conversation.
 */
export class ReadOnlyBar {
  /**
   * @param {object} needs
   * @param {import('../../lib/i18n.js').Words} needs.words
   * @param {import('../../lib/technician-session.js').TechnicianSession} needs.session
   * @param {() => void} needs.accept
   * @param {() => void} needs.takeOver
   */
  constructor({ words, session, accept, takeOver }) {
    this.words = words;
    this.session = session;
    this.text = build('p', { className: 'soft', dir: 'auto' });
    this.accept = this.#button('accept', accept);
    this.takeOver = this.#button('takeOver', takeOver);
    this.element = build('div', { className: 'read-only' }, this.text, this.accept, this.takeOver);
  }

  /**
   * @param {Summary} summary
   * @param {boolean} isMine true if the technician may write
   */
  show(summary, isMine) {
    this.element.hidden = isMine;
    if (isMine) return;
    const { status } = summary;
    this.accept.hidden = status !== 'waiting';
    this.takeOver.hidden = status !== 'active' || !this.session.welcome.supervises;
    setText(this.text, this.#why(summary));
  }

  /** @param {Summary} summary */
  #why({ status, technician, closed_at: at }) {
    const { words } = this;
    const { now } = this.session;
    if (status === 'waiting') return words.say('readOnlyWaiting');
    if (status === 'active') return words.say('readOnlyActive', { name: technician?.name ?? '' });
    return words.say('readOnlyClosed', { time: deadline(at ?? now, words.locale, now) });
  }

  /**
   * @param {string} label
   * @param {() => void} onclick
   */
  #button(label, onclick) {
    const properties = { type: 'button', className: 'primary', onclick };
    return build('button', properties, this.words.say(label));
  }
}
