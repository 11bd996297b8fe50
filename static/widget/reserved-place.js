import { build, setText } from '../elements/dom.js';
import { moment } from '../lib/moment.js';

/** @typedef {import('../lib/session.js').Conversation} Conversation */

/**
 * Reserves the customer's place in the queue: the customer may leave, and is called by e-mail
 * shortly before the turn. Without e-mail the page rings as long as it is open.
 */
export class ReservedPlace {
  #id = '';

  /**
   * @param {object} needs
   * @param {import('../lib/i18n.js').Words} needs.words
   * @param {import('../lib/session.js').Session} needs.session
   * @param {() => void} needs.focus gives the focus back to the conversation
   */
  constructor({ words, session, focus }) {
    this.words = words;
    this.session = session;
    this.focus = focus;
    this.kept = build('p', { className: 'soft', role: 'status' });
    this.ring = build('p', { className: 'soft' }, words.say('weRing'));
    this.notify = build(
      'button',
      { type: 'button', className: 'small', onclick: () => this.#allow() },
      words.say('notifyMe'),
    );
    this.open = build(
      'button',
      { type: 'button', 'aria-expanded': 'false', onclick: () => this.#toggle() },
      words.say('keepPlace'),
    );
    this.email = build('input', {
      type: 'text',
      inputMode: 'email',
      autocomplete: 'email',
      maxLength: 320,
      required: true,
    });
    this.problem = build('p', { className: 'problem', role: 'alert' });
    this.submit = build('button', { className: 'primary' }, words.say('keepPlaceSend'));
    this.form = build(
      'form',
      { hidden: true, onsubmit: (/** @type {Event} */ event) => this.#keep(event) },
      build('label', {}, words.say('keepPlaceEmail'), this.email),
      this.submit,
      this.problem,
    );
    this.element = build(
      'div',
      { className: 'keep-place' },
      this.kept,
      this.ring,
      this.notify,
      this.open,
      this.form,
    );
  }

  /** @param {Conversation} conversation one that waits in the queue */
  update({ summary }) {
    if (summary.conversation !== this.#id) this.#enter(summary.conversation);
    const { words, session } = this;
    const until = summary.place_until;
    const hasMail = Boolean(session.welcome.mail?.available);
    setText(this.kept, until ? words.say('placeKept', { time: moment(until, words.locale) }) : '');
    this.kept.hidden = !until;
    this.open.hidden = Boolean(until) || !hasMail;
    this.form.hidden ||= this.open.hidden;
    this.ring.hidden = hasMail;
    this.notify.hidden = hasMail || !mayAsk();
  }

  /** @param {string} id */
  #enter(id) {
    this.#id = id;
    this.form.hidden = true;
    const { mail, customer } = this.session.welcome;
    this.email.value = mail?.address ?? customer?.email ?? '';
  }

  #toggle() {
    this.form.hidden = !this.form.hidden;
    this.open.setAttribute('aria-expanded', `${!this.form.hidden}`);
    if (!this.form.hidden) this.email.focus();
  }

  async #allow() {
    await Notification.requestPermission();
    this.notify.hidden = !mayAsk();
  }

  /** @param {Event} event */
  async #keep(event) {
    event.preventDefault();
    setText(this.problem, '');
    this.submit.disabled = true;
    try {
      const kept = { conversation: this.#id, email: this.email.value.trim() };
      await this.session.request('keep', kept);
      this.form.hidden = true;
      this.focus();
    } catch (error) {
      setText(this.problem, /** @type {Error} */ (error).message);
    }
    this.submit.disabled = false;
  }
}

/** True if the browser lets the page ask to notify; frames of other sites may not. */
function mayAsk() {
  return (
    window.parent === window && 'Notification' in window && Notification.permission === 'default'
  );
}
