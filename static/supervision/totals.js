import { build, setText } from '../elements/dom.js';
import { stopwatch } from '../lib/format.js';
import { lateness } from '../lib/lateness.js';

/** @typedef {import('../lib/types.js').Colleague} Colleague */

/** Totals: waiting, longest wait, active, free places, and promised replies that are nearly due. */
export class Totals {
  /**
   * @param {import('../lib/i18n.js').Words} words
   * @param {import('../lib/technician-session.js').TechnicianSession} session
   * @param {import('./live-desk.js').LiveDesk} liveDesk
   */
  constructor(words, session, liveDesk) {
    this.words = words;
    this.session = session;
    this.liveDesk = liveDesk;
    this.waiting = this.#tile('totalWaiting');
    this.longest = this.#tile('longestWait');
    this.active = this.#tile('totalActive');
    this.places = this.#tile('freePlaces');
    this.promises = this.#tile('totalPromises');
    this.kept = this.#tile('totalKept');
    const { waiting, longest, active, places, promises, kept } = this;
    const tiles = [waiting, longest, active, places, promises, kept];
    this.element = build('dl', { className: 'totals' }, ...tiles.map(({ element }) => element));
  }

  show() {
    const { liveDesk, session, words } = this;
    const online = [...session.colleagues.values()].filter(({ status }) => status === 'online');
    const sum = (/** @type {(each: Colleague) => number} */ of) =>
      online.reduce((total, each) => total + of(each), 0);
    setText(this.waiting.value, String(liveDesk.inLine.length));
    setText(this.active.value, String(liveDesk.active.length));
    const late = liveDesk.latePromises;
    setText(this.promises.value, String(late.length));
    const isBroken = late.some(({ escalated }) => escalated === 'broken');
    const emphasis = isBroken ? 'very-late' : 'late';
    this.promises.value.className = late.length > 0 ? emphasis : '';
    const free = sum(({ load, capacity }) => Math.max(0, capacity - load));
    setText(
      this.places.value,
      words.say('of', { part: free, all: sum(({ capacity }) => capacity) }),
    );
  }

  /**
   * Show the share of the promises of the last 30 days that were kept, of those that are decided.
   *
   * @param {import('./period-types.js').Promises} promises
   */
  showKept({ kept, broken }) {
    const decided = kept + broken;
    const percent = new Intl.NumberFormat(this.words.locale, { style: 'percent' });
    setText(this.kept.value, decided > 0 ? percent.format(kept / decided) : '–');
  }

  tick() {
    const { now, welcome } = this.session;
    const first = this.liveDesk.inLine[0];
    const wait = first ? now - first.opened_at : 0;
    setText(this.longest.value, first ? stopwatch(wait) : '–');
    this.longest.value.className = first ? lateness(wait, welcome.targets) : '';
  }

  /** @param {string} label */
  #tile(label) {
    const value = build('dd', {}, '–');
    const name = build('dt', {}, this.words.say(label));
    return { value, element: build('div', {}, name, value) };
  }
}
