import { build, setText } from '../../elements/dom.js';
import { KeyedList } from '../../elements/keyed-list.js';
import { deadline } from '../date-format.js';
import { precedence, queueOrder } from './conversation-order.js';
import { WaitingTime } from './waiting-time.js';

/** @typedef {import('../../lib/session.js').Conversation} Conversation */

const MAX_ROWS = 50;

/** The queue in the order of service, and after it the conversations with a promised answer. */
export class QueueList {
  /** @type {Set<WaitingTime>} */
  #times = new Set();

  /**
   * @param {object} needs
   * @param {import('../../lib/i18n.js').Words} needs.words
   * @param {import('../../lib/technician-session.js').TechnicianSession} needs.session
   * @param {(id: string) => boolean} needs.isOpen tells whether a conversation is in a pane
   * @param {(id: string) => void} needs.open
   * @param {(id: string) => Promise<void>} needs.accept rejects with Refusal
   */
  constructor({ words, session, isOpen, open, accept }) {
    this.words = words;
    this.session = session;
    this.isOpen = isOpen;
    this.open = open;
    this.accept = accept;
    this.count = build('span', { className: 'count' });
    this.problem = build('p', { className: 'problem', role: 'alert' });
    this.live = build('ul');
    this.promised = build('ul');
    this.promisedHeading = build('h3', {}, words.say('promised'));
    this.further = build('p', { className: 'soft' });
    const nobody = build('li', { className: 'soft' }, words.say('queueEmpty'));
    this.liveRows = new KeyedList(this.live, (each) => this.#row(each), nobody);
    this.promisedRows = new KeyedList(
      this.promised,
      (each) => this.#row(each),
      build('li', { hidden: true }),
    );
    this.section = build(
      'section',
      { className: 'queue' },
      build('h2', {}, words.say('queue'), this.count),
      this.problem,
      this.live,
      this.promisedHeading,
      this.promised,
      this.further,
    );
  }

  /** @returns {{live: Conversation[], promised: Conversation[]}} in the order in which they are served */
  inOrder() {
    return queueOrder(this.session.conversations.values(), this.#priorities);
  }

  update() {
    const { words } = this;
    const { live, promised } = this.inOrder();
    const total = live.length + promised.length;
    // The next customers stand at the top; a list of hundreds would only slow the page down.
    const promisedRoom = Math.max(0, MAX_ROWS - live.length);
    setText(this.count, total ? String(total) : '');
    this.#times.clear();
    this.liveRows.show(byId(live.slice(0, MAX_ROWS)));
    this.promisedRows.show(byId(promised.slice(0, promisedRoom)));
    this.promisedHeading.hidden = this.promised.hidden = promised.length === 0;
    this.live.hidden = live.length === 0 && promised.length > 0;
    this.further.hidden = total <= MAX_ROWS;
    setText(this.further, words.say('furtherWaiting', { count: total - MAX_ROWS }));
  }

  tick() {
    for (const time of this.#times) time.tick();
  }

  /** @returns {Record<string, number>} */
  get #priorities() {
    return this.session.welcome.priorities ?? {};
  }

  /** @param {string} conversation */
  async #accept(conversation) {
    setText(this.problem, '');
    try {
      await this.accept(conversation);
    } catch (error) {
      setText(this.problem, /** @type {Error} */ (error).message);
    }
  }

  /** @param {Conversation} conversation */
  #row({ summary: { conversation: id } }) {
    const { words, session } = this;
    const name = build('span', { dir: 'auto', className: 'name' });
    const about = build('span', { className: 'soft', dir: 'auto' });
    const why = build('span', { className: 'soft' });
    const time = new WaitingTime(words, session);
    const look = { type: 'button', className: 'plain', onclick: () => this.open(id) };
    const accept = build(
      'button',
      { type: 'button', onclick: () => this.#accept(id) },
      words.say('accept'),
    );
    const element = build(
      'li',
      { className: 'entry', 'data-conversation': id },
      build('button', look, name, about, why, time.element),
      accept,
    );
    /** @param {Conversation} conversation */
    const show = ({ summary }) => {
      const who = summary.customer.name || words.say('unnamed');
      setText(name, who);
      setText(about, this.#about(summary));
      setText(why, this.#why(summary));
      why.hidden = !why.textContent;
      accept.setAttribute('aria-label', words.say('acceptWho', { name: who }));
      element.classList.toggle('open', this.isOpen(id));
      this.#times.add(time);
      time.show(
        summary.reply_by
          ? { say: 'answerBy', due: summary.reply_by, half: summary.half_at }
          : { say: 'waitsFor', since: summary.opened_at },
      );
    };
    return { element, show };
  }

  /**
   * Return the reasons why a customer is served before others, or not yet, and how they came.
   *
   * @param {import('../../lib/types.js').Summary} summary
   */
  #why(summary) {
    const { words } = this;
    const { now } = this.session;
    const { requeued, place_until: until, reply_by: promised, way, doubted } = summary;
    return [
      !promised && precedence(summary, this.#priorities) > 0 && words.say('prioritized'),
      requeued && words.say(`requeued.${requeued}`),
      way === 'mail' && words.say('viaMail'),
      doubted?.length && words.say('toSort', { count: doubted.length }),
      until && words.say('comesBack', { time: deadline(until, words.locale, now) }),
    ]
      .filter(Boolean)
      .join(' · ');
  }

  /** @param {import('../../lib/types.js').Summary} summary */
  #about({ topic, subject, question, last, reference }) {
    const named = this.session.topicName(topic);
    return [named, subject || question || last?.text || reference].filter(Boolean).join(' · ');
  }
}

/** @param {Conversation[]} conversations */
function byId(conversations) {
  return new Map(conversations.map((each) => [each.summary.conversation, each]));
}
