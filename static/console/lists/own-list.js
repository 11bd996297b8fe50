import { build, setText } from '../../elements/dom.js';
import { KeyedList } from '../../elements/keyed-list.js';
import { ownOrder, turnOf } from './conversation-order.js';
import { WaitingTime } from './waiting-time.js';

/** @typedef {import('../../lib/session.js').Conversation} Conversation */

/**
 * The own conversations, the oldest unanswered first, and the other ones that are open in panes.
 */
export class OwnList {
  /** @type {Set<WaitingTime>} */
  #times = new Set();

  /**
   * @param {object} needs
   * @param {import('../../lib/i18n.js').Words} needs.words
   * @param {import('../../lib/technician-session.js').TechnicianSession} needs.session
   * @param {{current: string|null, isOpen: (id: string) => boolean}} needs.panes
   * @param {(id: string) => number|null} needs.numberOf the number of its shortcut
   * @param {(id: string) => boolean} needs.isUnsent tells whether words for the customer are not sent
   * @param {(id: string) => void} needs.open
   */
  constructor({ words, session, panes, numberOf, isUnsent, open }) {
    this.words = words;
    this.session = session;
    this.panes = panes;
    this.numberOf = numberOf;
    this.isUnsent = isUnsent;
    this.open = open;
    this.unanswered = build('span', { className: 'count' });
    const list = build('ul');
    const none = build('li', { className: 'soft' }, words.say('ownEmpty'));
    this.rows = new KeyedList(list, (each) => this.#row(each), none);
    this.section = build('section', {}, build('h2', {}, words.say('own'), this.unanswered), list);
  }

  /** @returns {Conversation[]} the own conversations, and after them those that are only read */
  conversations() {
    const all = [...this.session.conversations.values()];
    const own = ownOrder(all.filter((each) => this.#isOwn(each)));
    const read = all.filter(
      (each) => this.panes.isOpen(each.summary.conversation) && !this.#isOwn(each),
    );
    return [...own, ...read];
  }

  unreadTotal() {
    const { session } = this;
    return [...session.conversations.values()]
      .filter((each) => this.#isMine(each))
      .reduce((sum, each) => sum + session.unread(each), 0);
  }

  /** Count the own conversations that wait for an answer. */
  unansweredTotal() {
    const all = [...this.session.conversations.values()];
    return all.filter((each) => this.#isOwn(each) && isUnanswered(each)).length;
  }

  update() {
    const conversations = this.conversations();
    setText(this.unanswered, String(this.unansweredTotal() || ''));
    this.#times.clear();
    this.rows.show(new Map(conversations.map((each) => [each.summary.conversation, each])));
  }

  tick() {
    for (const time of this.#times) time.tick();
  }

  /** @param {Conversation} conversation */
  #isMine({ summary }) {
    return summary.technician?.id === this.session.me.id && summary.status !== 'waiting';
  }

  /**
   * True if a conversation is own, and active or closed with unread messages.
   *
   * @param {Conversation} conversation
   */
  #isOwn(conversation) {
    const { session } = this;
    if (!this.#isMine(conversation)) return false;
    return conversation.summary.status === 'active' || session.unread(conversation) > 0;
  }

  /** @param {Conversation} conversation */
  #row({ summary: { conversation: id } }) {
    const { words, session, panes } = this;
    const number = build('kbd', { 'aria-hidden': 'true' });
    const who = build('span', { dir: 'auto' });
    const name = build('span', { className: 'name' }, number, who);
    const last = build('span', { className: 'soft', dir: 'auto' });
    const mail = build('span', { className: 'soft via' });
    const badge = build('span', { className: 'badge', 'aria-hidden': 'true' });
    const unread = build('span', { className: 'hidden-label' });
    const unsent = build('span', { className: 'unsent-mark' });
    const time = new WaitingTime(words, session);
    const open = { type: 'button', className: 'plain', onclick: () => this.open(id) };
    const button = build('button', open, name, last, mail, unsent, time.element, unread);
    const element = build('li', { className: 'entry', 'data-conversation': id }, button, badge);
    /** @param {Conversation} conversation */
    const show = (conversation) => {
      const { summary } = conversation;
      const count = this.#isMine(conversation) ? session.unread(conversation) : 0;
      element.classList.toggle('open', panes.isOpen(id));
      element.classList.toggle('current', panes.current === id);
      setText(number, String(this.numberOf(id) ?? ''));
      setText(who, summary.customer.name || words.say('unnamed'));
      setText(last, summary.subject || summary.question || summary.last?.text || '');
      setText(mail, viaMail(words, summary));
      mail.hidden = !mail.textContent;
      setText(unsent, this.isUnsent(id) ? words.say('notSent') : '');
      badge.hidden = count === 0;
      setText(badge, String(count));
      setText(unread, count ? words.say('unread', { count }) : '');
      this.#times.add(time);
      time.show(this.#wait(conversation));
    };
    return { element, show };
  }

  /**
   * Return the text of the waiting time; only unanswered conversations are emphasized.
   *
   * @param {Conversation} conversation
   * @returns {import('./waiting-time.js').Wait}
   */
  #wait(conversation) {
    const { turn, since } = turnOf(conversation);
    if (turn === 'over') return { say: 'hasEnded' };
    const { status, technician, reply_by: due, half_at: half } = conversation.summary;
    if (status === 'waiting') return { say: 'onlyRead', isLoud: false };
    if (!this.#isMine(conversation)) {
      return { say: 'readingAlong', values: { name: technician?.name ?? '' }, isLoud: false };
    }
    if (due) return { say: 'answerBy', due, half };
    return turn === 'mine'
      ? { say: 'waitsForYou', since }
      : { say: 'youWait', since, isLoud: false };
  }
}

/**
 * Tell that a case is one of e-mail, and how many letters are to be sorted.
 *
 * @param {import('../../lib/i18n.js').Words} words
 * @param {import('../../lib/types.js').Summary} summary
 */
function viaMail(words, { way, by_mail: byMail, doubted }) {
  const isMail = way === 'mail' || byMail;
  const count = doubted?.length ?? 0;
  const parts = [isMail && words.say('viaMail'), count && words.say('toSort', { count })];
  return parts.filter(Boolean).join(' · ');
}

/** @param {Conversation} conversation */
function isUnanswered(conversation) {
  return turnOf(conversation).turn === 'mine';
}
