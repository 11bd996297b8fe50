import { build, setText } from '../elements/dom.js';
import { KeyedList } from '../elements/keyed-list.js';
import { stopwatch } from '../lib/format.js';
import { lateness, promiseLateness } from '../lib/lateness.js';
import { moment } from '../lib/moment.js';
import { markCurrent } from './waiting-list.js';

/** @typedef {import('../lib/types.js').Summary} Summary */

/** The list of active conversations; the one that waits longest for an answer comes first. */
export class OpenConversations {
  /** @type {Summary[]} */
  #active = [];

  /**
   * @param {import('../lib/i18n.js').Words} words
   * @param {import('../lib/technician-session.js').TechnicianSession} session
   * @param {import('./waiting-list.js').Reading} reading
   */
  constructor(words, session, reading) {
    this.words = words;
    this.session = session;
    this.reading = reading;
    this.list = build('ul', { className: 'rows' });
    this.empty = build('li', { className: 'empty soft' });
    this.rows = new KeyedList(
      this.list,
      (/** @type {Summary} */ each) => this.#row(each),
      this.empty,
    );
    this.filter = build('input', { type: 'search', oninput: () => this.#update() });
    this.cut = build('p', { className: 'soft', hidden: true }, words.say('cut'));
    this.section = build(
      'section',
      { 'aria-labelledby': 'active' },
      build(
        'div',
        { className: 'heading' },
        build('h2', { id: 'active' }, words.say('openConversations')),
        build('label', {}, words.say('filter'), this.filter),
      ),
      this.list,
      this.cut,
    );
  }

  /**
   * @param {Summary[]} active
   * @param {boolean} isCut true if the server has more
   */
  show(active, isCut) {
    this.#active = active;
    this.cut.hidden = !isCut;
    this.#update();
  }

  tick() {
    const { words, session } = this;
    const { now, welcome } = session;
    for (const time of this.list.querySelectorAll('time')) {
      const { due, half } = time.dataset;
      if (due) {
        const isLate = Number(due) < now;
        time.className = promiseLateness(Number(due), now, Number(half)) || 'soft';
        const text = moment(Number(due), words.locale);
        setText(time, words.say(isLate ? 'promiseBroken' : 'promiseDue', { time: text }));
        continue;
      }
      const waits = time.dataset.waits === 'true';
      const passed = now - Number(time.dataset.since);
      time.className = waits ? lateness(passed, welcome.targets) || 'waits' : 'soft';
      setText(time, words.say(waits ? 'unanswered' : 'answered', { time: stopwatch(passed) }));
    }
  }

  #update() {
    const wanted = this.filter.value.trim().toLocaleLowerCase();
    const found = this.#active.filter((each) => this.#text(each).includes(wanted));
    const { words } = this;
    setText(this.empty, words.say(wanted && this.#active.length ? 'noneFound' : 'noneOpen'));
    found.sort((a, b) => unansweredSince(a) - unansweredSince(b) || a.opened_at - b.opened_at);
    this.rows.show(new Map(found.map((each) => [each.conversation, each])));
    this.tick();
  }

  /** @param {Summary} summary */
  #text({ customer, technician, reference, subject, topic }) {
    const parts = [
      customer.name,
      technician?.name,
      reference,
      subject,
      this.session.topicName(topic),
    ];
    return parts.filter(Boolean).join(' ').toLocaleLowerCase();
  }

  /** @param {Summary} summary */
  #row({ conversation: id }) {
    const { words, reading } = this;
    const name = build('span', { className: 'name', dir: 'auto' });
    const who = build('span', { className: 'who', dir: 'auto' });
    const about = build('span', { className: 'soft about', dir: 'auto' });
    const time = build('time');
    const button = build(
      'button',
      { type: 'button', className: 'plain row wide', onclick: () => reading.open(id) },
      name,
      who,
      about,
      time,
    );
    const element = build('li', { 'data-conversation': id }, button);
    /** @param {Summary} summary */
    const show = (summary) => {
      const { customer, technician, last, opened_at: opened } = summary;
      setText(name, customer.name || words.say('unnamed'));
      setText(who, technician ? words.say('with', { name: technician.name }) : '');
      setText(about, summary.subject || summary.question || last?.text || summary.reference);
      time.dataset.waits = String(waitsForAnswer(summary));
      time.dataset.since = String(last?.at ?? opened);
      if (summary.reply_by !== null) {
        time.dataset.due = String(summary.reply_by);
        time.dataset.half = String(summary.half_at ?? summary.reply_by);
      } else delete time.dataset.due;
      markCurrent(button, reading.isOpen(id));
    };
    return { element, show };
  }
}

/** @param {Summary} summary */
function waitsForAnswer({ last }) {
  return !last || last.author.role === 'customer';
}

/** @param {Summary} summary */
function unansweredSince(summary) {
  return waitsForAnswer(summary)
    ? (summary.last?.at ?? summary.opened_at)
    : Number.MAX_SAFE_INTEGER;
}
