import { build, setText } from '../elements/dom.js';
import { KeyedList } from '../elements/keyed-list.js';
import { stopwatch } from '../lib/format.js';
import { lateness, promiseLateness } from '../lib/lateness.js';
import { moment } from '../lib/moment.js';

/** @typedef {import('../lib/types.js').Summary} Summary */

/**
 * @typedef {object} Reading the conversation that is read beside the lists
 * @property {(id: string) => void} open
 * @property {(id: string) => boolean} isOpen
 */

/** The queue with running waiting times, and messages with their deadlines. */
export class WaitingList {
  /**
   * @param {import('../lib/i18n.js').Words} words
   * @param {import('../lib/technician-session.js').TechnicianSession} session
   * @param {Reading} reading
   */
  constructor(words, session, reading) {
    this.words = words;
    this.session = session;
    this.reading = reading;
    this.list = build('ul', { className: 'rows' });
    const empty = build('li', { className: 'empty soft' }, words.say('nobodyWaits'));
    this.rows = new KeyedList(this.list, (/** @type {Summary} */ each) => this.#row(each), empty);
    this.section = build(
      'section',
      { 'aria-labelledby': 'line' },
      build('h2', { id: 'line' }, words.say('waiting')),
      this.list,
    );
  }

  /** @param {Summary[]} waiting */
  show(waiting) {
    this.rows.show(new Map(waiting.map((each) => [each.conversation, each])));
  }

  tick() {
    const { words, session } = this;
    const { now, welcome } = session;
    for (const time of this.list.querySelectorAll('time')) {
      const { since, due, half } = time.dataset;
      if (due) {
        time.className = promiseLateness(Number(due), now, Number(half)) || 'soft';
        const key = Number(due) < now ? 'promiseBroken' : 'promiseDue';
        setText(time, words.say(key, { time: moment(Number(due), words.locale) }));
      } else {
        const wait = now - Number(since);
        time.className = lateness(wait, welcome.targets);
        setText(time, stopwatch(wait));
      }
    }
  }

  /** @param {Summary} summary */
  #row({ conversation: id }) {
    const { words, reading } = this;
    const name = build('span', { className: 'name', dir: 'auto' });
    const about = build('span', { className: 'soft about', dir: 'auto' });
    const time = build('time');
    const button = build(
      'button',
      { type: 'button', className: 'plain row', onclick: () => reading.open(id) },
      name,
      time,
      about,
    );
    const element = build('li', { 'data-conversation': id }, button);
    /** @param {Summary} summary */
    const show = (summary) => {
      setText(name, summary.customer.name || words.say('unnamed'));
      const parts = [
        this.session.topicName(summary.topic),
        summary.subject || summary.question || summary.last?.text || summary.reference,
      ];
      setText(about, parts.filter(Boolean).join(' · '));
      time.dataset.since = String(summary.opened_at);
      if (summary.reply_by !== null) {
        time.dataset.due = String(summary.reply_by);
        time.dataset.half = String(summary.half_at ?? summary.reply_by);
      } else delete time.dataset.due;
      markCurrent(button, reading.isOpen(id));
    };
    return { element, show };
  }
}

/**
 * @param {HTMLElement} button
 * @param {boolean} isCurrent
 */
export function markCurrent(button, isCurrent) {
  if (isCurrent) button.setAttribute('aria-current', 'true');
  else button.removeAttribute('aria-current');
}
