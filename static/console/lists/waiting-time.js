import { build, setText } from '../../elements/dom.js';
import { stopwatch } from '../../lib/format.js';
import { lateness, promiseLateness } from '../../lib/lateness.js';
import { deadline } from '../date-format.js';

/**
 * The content of a waiting time: the time since a moment, or a deadline.
 *
 * @typedef {{say: string, since?: number, due?: number, half?: number|null, isLoud?: boolean,
 *   values?: Record<string, string>}} Wait
 */

/** A waiting time that ticks, coloured by the operator's targets. */
export class WaitingTime {
  element = build('time');
  /** @type {Wait} */
  #wait = { say: '' };

  /**
   * @param {import('../../lib/i18n.js').Words} words
   * @param {import('../../lib/technician-session.js').TechnicianSession} session
   */
  constructor(words, session) {
    this.words = words;
    this.session = session;
  }

  /** @param {Wait} wait */
  show(wait) {
    this.#wait = wait;
    this.tick();
  }

  tick(now = this.session.now) {
    const { say, since = now, due, values } = this.#wait;
    const { words } = this;
    const time = due === undefined ? stopwatch(now - since) : deadline(due, words.locale, now);
    setText(this.element, say && words.say(say, { ...values, time }));
    // Where there is no room for the sentence.
    this.element.dataset.time = say && time;
    const className = this.#className(now);
    if (this.element.className !== className) this.element.className = className;
  }

  /** @param {number} now */
  #className(now) {
    const { since = now, due, half, isLoud = true } = this.#wait;
    if (!isLoud) return 'soft';
    if (due !== undefined) return promiseLateness(due, now, half) || 'soft';
    return lateness(now - since, this.session.welcome.targets ?? NO_TARGETS) || 'soft';
  }
}

const NO_TARGETS = { amber: Infinity, red: Infinity };
