import { Arrivals } from '../lists/arrivals.js';
import { showOnTab } from './tab-badge.js';

/** @typedef {import('../console.js').Desk} Desk */
/** @typedef {import('../../lib/types.js').ChatEvent} ChatEvent */

const IN_A_MOMENT = 150;

/** Sees to it that no new customer and no message goes unnoticed. */
export class Attention {
  #arrivals = new Arrivals();
  /** @type {Set<string>|null} who was waiting when this page looked last */
  #waiting = null;

  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk;
    desk.session.on('event', (event) => this.#happened(event));
  }

  /** The server has said who waits: that is where one begins. */
  welcomed() {
    this.#waiting ??= this.#queue();
  }

  update() {
    this.#lookForArrivals();
    const { lists } = this.desk;
    showOnTab(this.desk.words.say('console'), lists.unreadTotal() + lists.queue().length);
  }

  /** A second has passed: who was not looked at is called out again. */
  tick() {
    this.#arrivals.removeWhere((id) => this.#isSeen(id));
    if (this.#arrivals.isDue(performance.now())) this.#call();
  }

  /** Somebody new is here, or offered. @param {string} id */
  arrived(id) {
    if (this.desk.me.status === 'offline') return;
    this.#arrivals.add(id);
    // What they ask is not here yet.
    setTimeout(() => this.#call(), IN_A_MOMENT);
  }

  #lookForArrivals() {
    if (!this.#waiting) return;
    const before = this.#waiting;
    this.#waiting = this.#queue();
    for (const id of this.#waiting) if (!before.has(id)) this.arrived(id);
  }

  /** @param {ChatEvent} event */
  #happened({ conversation, kind, author, technician, text, attachment }) {
    const { me, alert, panes } = this.desk;
    if (kind === 'assigned' && technician?.id === me.id) {
      panes.offer(conversation);
      if (author.id !== me.id) this.arrived(conversation);
    }
    // Of a customer who is called out anyway, the first words are no news of their own.
    if (kind !== 'message' || author.role !== 'customer' || this.#arrivals.has(conversation))
      return;
    if (document.hidden)
      alert.ring(author.name || this.desk.words.say('unnamed'), {
        body: text ?? attachment?.name ?? '',
        tag: conversation,
        onclick: () => panes.open(conversation),
      });
  }

  #call() {
    const { alert, words, session, opener, noticeBar } = this.desk;
    const [id] = this.#arrivals.ids;
    const summary = id === undefined ? undefined : session.conversations.get(id)?.summary;
    if (!id || !summary) return;
    this.#arrivals.called(performance.now());
    alert.ring(words.say('newCustomer'), {
      body: [summary.customer.name, summary.last?.text].filter(Boolean).join(': '),
      tag: id,
      onclick: () => noticeBar.attempt(() => opener.open(id)),
    });
  }

  /**
   * Who waits was seen by whoever has the list before their eyes; one's own customer, by whoever
   * has the conversation there.
   *
   * @param {string} id
   */
  #isSeen(id) {
    const { session, panes, me } = this.desk;
    const summary = session.conversations.get(id)?.summary;
    if (this.desk.offers.has(id)) return false;
    if (!summary || summary.status === 'closed' || me.status === 'offline') return true;
    const isLooking = !document.hidden && document.hasFocus();
    if (summary.status === 'waiting') return isLooking;
    if (summary.technician?.id !== me.id) return true;
    return isLooking && panes.current === id;
  }

  #queue() {
    return new Set(this.desk.lists.queue().map(({ summary }) => summary.conversation));
  }
}
