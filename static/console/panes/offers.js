import { build, setText } from '../../elements/dom.js';
import { KeyedList } from '../../elements/keyed-list.js';
import { stopwatch } from '../../lib/format.js';

/** @typedef {{conversation: string, until: number, summary: import('../../lib/types.js').Summary}} Offer */

/**
 * Conversations that are offered to the technician, each until a deadline; then the server offers
 * it to the next one.
 */
export class Offers {
  /** @type {Map<string, Offer>} */
  #offers = new Map();

  /**
   * @param {object} needs
   * @param {import('../../lib/i18n.js').Words} needs.words
   * @param {import('../../lib/technician-session.js').TechnicianSession} needs.session
   * @param {(act: () => Promise<unknown>) => void} needs.attempt runs an action and shows its refusal
   * @param {(id: string) => Promise<void>} needs.accept rejects with Refusal
   * @param {(id: string) => void} needs.arrived called when a customer is offered
   */
  constructor({ words, session, attempt, accept, arrived }) {
    this.words = words;
    this.session = session;
    this.attempt = attempt;
    this.accept = accept;
    this.arrived = arrived;
    const list = build('ul');
    this.rows = new KeyedList(list, (each) => this.#row(each), build('li', { hidden: true }));
    this.element = build(
      'section',
      { className: 'offers', 'aria-label': words.say('offers') },
      list,
    );
    this.update();
    session.on('offer', (offer) => this.#offered(offer));
  }

  /** Replace the offers by those of the welcome. @param {Offer[]} offers */
  welcomed(offers) {
    this.#offers = new Map(offers.map((offer) => [offer.conversation, offer]));
    for (const { conversation } of offers) this.arrived(conversation);
    this.update();
  }

  /** True if a conversation is offered. @param {string} id */
  has(id) {
    return this.#offers.has(id);
  }

  /** The oldest offer's conversation. */
  get first() {
    return [...this.#offers.keys()][0];
  }

  update() {
    this.element.hidden = this.#offers.size === 0;
    this.rows.show(this.#offers);
  }

  /** Update the remaining times; called once a second. */
  tick() {
    if (this.#offers.size) this.rows.show(this.#offers);
  }

  /** @param {string} conversation */
  decline(conversation) {
    this.attempt(() => this.session.request('decline', { conversation }));
  }

  /** @param {import('../../lib/types.js').Frame} frame */
  #offered(frame) {
    const { conversation, until } = frame;
    if (until === null) this.#offers.delete(conversation);
    else this.#offers.set(conversation, /** @type {any} */ (frame));
    if (until !== null) this.arrived(conversation);
    this.update();
  }

  /** @param {Offer} offer */
  #row({ conversation, summary }) {
    const { words } = this;
    const name = summary.customer.name || words.say('unnamed');
    const accept = { onclick: () => this.attempt(() => this.accept(conversation)) };
    const decline = { onclick: () => this.decline(conversation) };
    const last = build('span', { className: 'soft', dir: 'auto' }, summary.last?.text ?? '');
    const time = build('span', { className: 'time', 'aria-hidden': 'true' });
    const element = build(
      'li',
      {},
      build('b', { dir: 'auto' }, words.say('offered', { name })),
      last,
      time,
      build('button', { type: 'button', className: 'primary', ...accept }, words.say('accept')),
      build('button', { type: 'button', ...decline }, words.say('decline')),
    );
    /** @param {Offer} offer */
    const show = ({ until }) => setText(time, stopwatch(until - this.session.now));
    return { element, show };
  }
}
