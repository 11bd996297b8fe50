import { build, setText } from '../elements/dom.js';
import { stopwatch } from '../lib/format.js';

/** @typedef {import('./supervision.js').Supervision} Supervision */

/** The desk in four numbers. */
export class Totals {
  /** @param {Supervision} supervision */
  constructor(supervision) {
    this.supervision = supervision;
    this.waiting = this.#tile('totalWaiting');
    this.longest = this.#tile('longestWait');
    this.active = this.#tile('totalActive');
    this.places = this.#tile('freePlaces');
    const tiles = [this.waiting, this.longest, this.active, this.places];
    this.element = build('dl', { className: 'totals' }, ...tiles.map(({ element }) => element));
  }

  show() {
    const { liveDesk, colleagues, words } = this.supervision;
    const online = [...colleagues.values()].filter(({ status }) => status === 'online');
    const sum = (/** @type {(each: import('../lib/types.js').Colleague) => number} */ of) =>
      online.reduce((total, each) => total + of(each), 0);
    setText(this.waiting.value, String(liveDesk.inLine.length));
    setText(this.active.value, String(liveDesk.active.length));
    const free = sum(({ load, capacity }) => Math.max(0, capacity - load));
    setText(
      this.places.value,
      words.say('of', { part: free, all: sum(({ capacity }) => capacity) }),
    );
  }

  tick() {
    const { liveDesk, now } = this.supervision;
    const first = liveDesk.inLine[0];
    const wait = first ? now - first.opened_at : 0;
    setText(this.longest.value, first ? stopwatch(wait) : '–');
    this.longest.value.className = first ? this.supervision.severity(wait) : '';
  }

  /** @param {string} label */
  #tile(label) {
    const value = build('dd', {}, '–');
    const name = build('dt', {}, this.supervision.words.say(label));
    return { value, element: build('div', {}, name, value) };
  }
}
