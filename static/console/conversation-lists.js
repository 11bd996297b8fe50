import { build } from '../elements/build.js';
import { Rows, setText } from '../elements/rows.js';
import { stopwatch } from '../lib/format.js';

/** @typedef {import('./console.js').Desk} Desk */
/** @typedef {import('../lib/session.js').Conversation} Conversation */

const LATE = 120_000;
const VERY_LATE = 300_000;

/** The queue, oldest first, and the technician's own conversations. */
export class ConversationLists {
  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk;
    this.queueList = build('ul');
    this.ownList = build('ul');
    this.queueCount = build('span', { className: 'count' });
    this.problem = build('p', { className: 'problem', role: 'alert' });
    const nothing = (/** @type {string} */ key) =>
      build('li', { className: 'soft' }, desk.words.say(key));
    this.queueRows = new Rows(this.queueList, (each) => this.#waiting(each), nothing('queueEmpty'));
    this.ownRows = new Rows(this.ownList, (each) => this.#own(each), nothing('ownEmpty'));
    this.sections = [
      build(
        'section',
        {},
        build('h2', {}, desk.words.say('queue'), this.queueCount),
        this.problem,
        this.queueList,
      ),
      build('section', {}, build('h2', {}, desk.words.say('own')), this.ownList),
    ];
  }

  /** @returns {Conversation[]} who waits, by arrival */
  queue() {
    return this.#sorted(({ summary }) => summary.status === 'waiting' && summary.seq > 0);
  }

  /** @returns {Conversation[]} the technician's own, open or with something unread */
  own() {
    const { me, session } = this.desk;
    return this.#sorted(
      (conversation) =>
        conversation.summary.technician?.id === me.id &&
        (conversation.summary.status === 'active' ||
          this.desk.panes.isOpen(conversation.summary.conversation) ||
          (conversation.summary.status === 'closed' && session.unread(conversation) > 0)),
    );
  }

  unreadTotal() {
    const { session } = this.desk;
    return this.own().reduce((sum, conversation) => sum + session.unread(conversation), 0);
  }

  /**
   * After a reconnect, who waits and who is one's own is what the server says.
   *
   * @param {{queue: import('../lib/types.js').Summary[], conversations: import('../lib/types.js').Summary[]}} welcome
   */
  correct({ queue, conversations }) {
    const there = new Set([...queue, ...conversations].map(({ conversation }) => conversation));
    const { me, session } = this.desk;
    for (const [id, { summary }] of session.conversations) {
      if (there.has(id)) continue;
      if (summary.status === 'waiting') session.conversations.delete(id);
      else if (summary.status === 'active' && summary.technician?.id === me.id)
        summary.technician = null;
    }
  }

  update() {
    const queue = this.queue();
    setText(this.queueCount, queue.length ? String(queue.length) : '');
    this.queueRows.show(byId(queue));
    this.ownRows.show(byId(this.own()));
    this.tick();
  }

  /** A second has passed: the waiting times move. */
  tick() {
    for (const time of this.queueList.querySelectorAll('time')) {
      const waited = Date.now() - Number(time.dataset.since);
      setText(time, this.desk.words.say('waitsFor', { time: stopwatch(waited) }));
      time.className = waited > VERY_LATE ? 'very-late' : waited > LATE ? 'late' : 'soft';
    }
  }

  /** @param {(conversation: Conversation) => boolean} wanted */
  #sorted(wanted) {
    return [...this.desk.session.conversations.values()]
      .filter(wanted)
      .sort((a, b) => a.summary.opened_at - b.summary.opened_at);
  }

  /** @param {string} conversation */
  async #accept(conversation) {
    setText(this.problem, '');
    try {
      await this.desk.session.request('accept', { conversation });
      this.desk.panes.open(conversation);
    } catch (error) {
      setText(this.problem, /** @type {Error} */ (error).message);
    }
  }

  /** @param {Conversation} conversation */
  #waiting({ summary: { conversation } }) {
    const { words } = this.desk;
    const name = build('span', { dir: 'auto', className: 'name' });
    const about = build('span', { className: 'soft', dir: 'auto' });
    const time = build('time');
    const onclick = () => this.#accept(conversation);
    const element = build(
      'li',
      { className: 'entry', 'data-conversation': conversation },
      name,
      build('button', { type: 'button', onclick }, words.say('accept')),
      about,
      time,
    );
    /** @param {Conversation} conversation */
    const show = ({ summary }) => {
      setText(name, summary.customer.name || words.say('unnamed'));
      setText(about, summary.last?.text ?? summary.reference);
      time.dataset.since = String(summary.opened_at);
    };
    return { element, show };
  }

  /** @param {Conversation} conversation */
  #own({ summary: { conversation: id } }) {
    const { words, session, panes } = this.desk;
    const name = build('span', { dir: 'auto', className: 'name' });
    const last = build('span', { className: 'soft', dir: 'auto' });
    const badge = build('span', { className: 'badge' });
    const unread = build('span', { className: 'hidden-label' });
    const onclick = () => panes.open(id);
    const button = build('button', { type: 'button', className: 'plain', onclick }, name, last, unread);
    const element = build('li', { className: 'entry', 'data-conversation': id }, button, badge);
    badge.setAttribute('aria-hidden', 'true');
    /** @param {Conversation} conversation */
    const show = (conversation) => {
      const { customer, last: newest } = conversation.summary;
      const count = session.unread(conversation);
      element.classList.toggle('open', panes.isOpen(id));
      setText(name, customer.name || words.say('unnamed'));
      setText(last, newest?.text ?? '');
      badge.hidden = count === 0;
      setText(badge, String(count));
      setText(unread, count ? words.say('unread', { count }) : '');
    };
    return { element, show };
  }
}

/** @param {Conversation[]} conversations */
function byId(conversations) {
  return new Map(conversations.map((each) => [each.summary.conversation, each]));
}
