import { build, setText } from '../elements/dom.js';
import { KeyedList } from '../elements/keyed-list.js';
import { moment, stopwatch } from '../lib/format.js';

/** @typedef {import('./supervision.js').Supervision} Supervision */
/** @typedef {import('../lib/types.js').Summary} Summary */

/** Who waits, with the time ticking; and messages that wait for the promised answer. */
export class WaitingList {
  /** @param {Supervision} supervision */
  constructor(supervision) {
    this.supervision = supervision;
    const { words } = supervision;
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
    const { now, words } = this.supervision;
    for (const time of this.list.querySelectorAll('time')) {
      const { since, due } = time.dataset;
      if (due) {
        time.className = Number(due) < now ? 'very-late' : 'soft';
        const key = Number(due) < now ? 'promiseBroken' : 'promiseDue';
        setText(time, words.say(key, { time: moment(Number(due), words.locale) }));
      } else {
        const wait = now - Number(since);
        time.className = this.supervision.severity(wait);
        setText(time, stopwatch(wait));
      }
    }
  }

  /** @param {Summary} summary */
  #row({ conversation: id }) {
    const { words, reading } = this.supervision;
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
        this.supervision.topic(summary.topic),
        summary.last?.text ?? summary.subject ?? summary.reference,
      ];
      setText(about, parts.filter(Boolean).join(' · '));
      time.dataset.since = String(summary.opened_at);
      if (summary.reply_by !== null) time.dataset.due = String(summary.reply_by);
      else delete time.dataset.due;
      markCurrent(button, reading.id === id);
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
