import { build } from '../elements/build.js';
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
    this.queueCount = build('span');
    this.sections = [
      build(
        'section',
        {},
        build('h2', {}, desk.words.say('queue'), this.queueCount),
        this.queueList,
      ),
      build('section', {}, build('h2', {}, desk.words.say('own')), this.ownList),
    ];
  }

  /** @returns {Conversation[]} who waits, the one who was served before first, then by arrival */
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

  /** After a reconnect the queue is what the server says. @param {import('../lib/types.js').Summary[]} queue */
  forgetQueue(queue) {
    const waiting = new Set(queue.map(({ conversation }) => conversation));
    for (const [id, { summary }] of this.desk.session.conversations)
      if (summary.status === 'waiting' && !waiting.has(id))
        this.desk.session.conversations.delete(id);
  }

  update() {
    const { words } = this.desk;
    const queue = this.queue();
    this.queueCount.textContent = queue.length ? String(queue.length) : '';
    this.queueList.replaceChildren(
      ...(queue.length
        ? queue.map((each) => this.#waiting(each))
        : [build('li', { className: 'soft' }, words.say('queueEmpty'))]),
    );
    const own = this.own();
    this.ownList.replaceChildren(
      ...(own.length
        ? own.map((each) => this.#own(each))
        : [build('li', { className: 'soft' }, words.say('ownEmpty'))]),
    );
    this.tick();
  }

  /** A second has passed: the waiting times move. */
  tick() {
    for (const time of this.queueList.querySelectorAll('time')) {
      const waited = Date.now() - Number(time.dataset.since);
      time.textContent = this.desk.words.say('waitsFor', { time: stopwatch(waited) });
      time.className = waited > VERY_LATE ? 'very-late' : waited > LATE ? 'late' : 'soft';
    }
  }

  /** @param {(conversation: Conversation) => boolean} wanted */
  #sorted(wanted) {
    return [...this.desk.session.conversations.values()]
      .filter(wanted)
      .sort((a, b) => a.summary.opened_at - b.summary.opened_at);
  }

  /** @param {Conversation} conversation */
  #waiting({ summary }) {
    const { words, session } = this.desk;
    const accept = () =>
      session.request('accept', { conversation: summary.conversation }).catch(() => undefined);
    return build(
      'li',
      { className: 'entry', 'data-conversation': summary.conversation },
      build('span', { dir: 'auto' }, summary.customer.name || words.say('unnamed')),
      build('button', { onclick: accept }, words.say('accept')),
      build('span', { className: 'soft', dir: 'auto' }, summary.last?.text ?? summary.reference),
      build('time', { 'data-since': summary.opened_at }),
    );
  }

  /** @param {Conversation} conversation */
  #own(conversation) {
    const { words, session, panes } = this.desk;
    const { summary } = conversation;
    const unread = session.unread(conversation);
    const id = summary.conversation;
    return build(
      'li',
      { className: panes.isOpen(id) ? 'entry open' : 'entry', 'data-conversation': id },
      build(
        'button',
        { className: 'plain', onclick: () => panes.open(id) },
        build('span', { dir: 'auto' }, summary.customer.name || words.say('unnamed')),
        build('span', { className: 'soft', dir: 'auto' }, summary.last?.text ?? ''),
      ),
      unread > 0 &&
        build(
          'span',
          { className: 'badge', 'aria-label': words.say('unread', { count: unread }) },
          String(unread),
        ),
    );
  }
}
