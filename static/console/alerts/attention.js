import { Arrivals } from '../lists/arrivals.js';
import { showOnTab } from './tab-badge.js';

/** @typedef {import('../../lib/session.js').Conversation} Conversation */
/** @typedef {import('../../lib/types.js').ChatEvent} ChatEvent */

const ARRIVAL_DELAY_MS = 150;

/**
 * Draws the technician's attention to new customers and messages: alerts, repeated alerts, and the
 * number on the browser tab.
 */
export class Attention {
  #arrivals = new Arrivals();
  /** @type {Set<string>|null} the conversations in the queue at the last update */
  #waiting = null;

  /**
   * @param {object} needs
   * @param {import('../../lib/i18n.js').Words} needs.words
   * @param {import('../../lib/technician-session.js').TechnicianSession} needs.session
   * @param {import('./alert.js').Alert} needs.alert
   * @param {{queue: () => Conversation[], unreadTotal: () => number}} needs.lists
   * @param {{current: string|null, open: (id: string) => void, offer: (id: string) => void}} needs.panes
   * @param {(id: string) => boolean} needs.isOffered tells whether a conversation is offered to the technician
   * @param {(id: string) => void} needs.open shows a conversation that may not be in a pane
   */
  constructor({ words, session, alert, lists, panes, isOffered, open }) {
    this.words = words;
    this.session = session;
    this.alert = alert;
    this.lists = lists;
    this.panes = panes;
    this.isOffered = isOffered;
    this.open = open;
    session.on('event', (event) => this.#happened(event));
  }

  /** Take the queue of the first welcome as known: only later arrivals alert. */
  welcomed() {
    // Only once: after a reconnect those who came meanwhile are to alert.
    this.#waiting ??= this.#queue();
  }

  update() {
    this.#lookForArrivals();
    const { lists } = this;
    showOnTab(this.words.say('console'), lists.unreadTotal() + lists.queue().length);
  }

  /** Repeat the alert for arrivals that were not looked at; called once a second. */
  tick() {
    this.#arrivals.removeWhere((id) => this.#isSeen(id));
    if (this.#arrivals.isDue(performance.now())) this.#call();
  }

  /** Alert to a customer who has joined the queue or is offered. @param {string} id */
  arrived(id) {
    if (this.session.me.status === 'offline') return;
    this.#arrivals.add(id);
    // The text of the question arrives in a later frame.
    setTimeout(() => this.#call(), ARRIVAL_DELAY_MS);
  }

  #lookForArrivals() {
    if (!this.#waiting) return;
    const before = this.#waiting;
    this.#waiting = this.#queue();
    for (const id of this.#waiting) if (!before.has(id)) this.arrived(id);
  }

  /** @param {ChatEvent} event */
  #happened({ conversation, kind, author, technician, text, attachment }) {
    const { alert, panes, words } = this;
    const { me } = this.session;
    if (kind === 'assigned' && technician?.id === me.id) {
      panes.offer(conversation);
      if (author.id !== me.id) this.arrived(conversation);
    }
    // The arrival alerts already; the first message of the same customer does not.
    if (kind !== 'message' || author.role !== 'customer' || this.#arrivals.has(conversation))
      return;
    if (document.hidden)
      alert.ring(author.name || words.say('unnamed'), {
        body: text ?? attachment?.name ?? '',
        tag: conversation,
        onclick: () => panes.open(conversation),
      });
  }

  #call() {
    const { alert, words, session } = this;
    const [id] = this.#arrivals.ids;
    const summary = id === undefined ? undefined : session.conversations.get(id)?.summary;
    if (!id || !summary) return;
    this.#arrivals.alerted(performance.now());
    alert.ring(words.say('newCustomer'), {
      body: [summary.customer.name, summary.last?.text].filter(Boolean).join(': '),
      tag: id,
      onclick: () => this.open(id),
    });
  }

  /**
   * True if an arrival was noticed: the queue by a look at the page, an own conversation by a look
   * at its pane.
   *
   * @param {string} id
   */
  #isSeen(id) {
    const { conversations, me } = this.session;
    const summary = conversations.get(id)?.summary;
    if (this.isOffered(id)) return false;
    if (!summary || summary.status === 'closed' || me.status === 'offline') return true;
    const isLooking = !document.hidden && document.hasFocus();
    if (summary.status === 'waiting') return isLooking;
    if (summary.technician?.id !== me.id) return true;
    return isLooking && this.panes.current === id;
  }

  #queue() {
    return new Set(this.lists.queue().map(({ summary }) => summary.conversation));
  }
}
