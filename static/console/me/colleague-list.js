import { build, setText } from '../../elements/dom.js';
import { KeyedList } from '../../elements/keyed-list.js';
import { byBusyness, isFull } from './availability.js';

/** @typedef {import('../../lib/types.js').Colleague} Colleague */

/** A summary of the colleagues who are not offline; it opens to the load of each. */
export class ColleagueList {
  /**
   * @param {import('../../lib/i18n.js').Words} words
   * @param {import('../../lib/technician-session.js').TechnicianSession} session
   */
  constructor(words, session) {
    this.words = words;
    this.session = session;
    this.summary = build('summary');
    const list = build('ul', {});
    this.rows = new KeyedList(list, () => this.#row(), build('li', { className: 'soft' }));
    this.element = build('details', { className: 'colleagues', hidden: true }, this.summary, list);
  }

  update() {
    const { words, session } = this;
    const { colleagues, me } = session;
    const there = byBusyness(colleagues.values(), me.id);
    const sum = (/** @type {'load'|'capacity'} */ name) =>
      there.reduce((total, each) => total + each[name], 0);
    const values = { count: there.length, load: sum('load'), capacity: sum('capacity') };
    this.element.hidden = there.length === 0;
    setText(this.summary, words.say('colleaguesHere', values));
    this.rows.show(new Map(there.map((each) => [each.id, each])));
  }

  #row() {
    const { words } = this;
    const name = build('span', { dir: 'auto' });
    const away = build('span', { className: 'soft' });
    // The text beside the bar has the same numbers.
    const taken = build('i');
    const bar = build('span', { className: 'load-bar', 'aria-hidden': 'true' }, taken);
    const element = build('li', { className: 'colleague' }, name, away, bar);
    /** @param {Colleague} colleague */
    const show = (colleague) => {
      const { name: who, load: count, capacity, status } = colleague;
      setText(name, words.say('load', { name: who, load: count, capacity }));
      setText(away, status === 'away' ? words.say('away') : '');
      taken.style.inlineSize = `${Math.min(1, count / capacity) * 100}%`;
      element.classList.toggle('full', isFull(colleague));
    };
    return { element, show };
  }
}
