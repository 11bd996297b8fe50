import { build, setText } from '../elements/dom.js';
import { KeyedList } from '../elements/keyed-list.js';

/** @typedef {import('../lib/i18n.js').Words} Words */
/** @typedef {import('../lib/types.js').Colleague} Colleague */

const ORDER = ['online', 'away', 'offline'];

/** The technicians with their status and load. */
export class TechnicianList {
  /** @param {Words} words */
  constructor(words) {
    this.words = words;
    const list = build('ul', { className: 'people' });
    const empty = build('li', { className: 'soft' }, words.say('nobodyHired'));
    this.rows = new KeyedList(list, (/** @type {Colleague} */ each) => this.#row(each), empty);
    this.summary = build('span', { className: 'soft' });
    this.section = build(
      'section',
      { 'aria-labelledby': 'people' },
      build('h2', { id: 'people' }, words.say('technicians'), ' ', this.summary),
      list,
    );
  }

  /** @param {Colleague[]} colleagues */
  show(colleagues) {
    const sorted = colleagues.sort(
      (a, b) =>
        ORDER.indexOf(a.status) - ORDER.indexOf(b.status) ||
        b.load - a.load ||
        a.name.localeCompare(b.name, this.words.locale),
    );
    const count = sorted.filter(({ status }) => status === 'online').length;
    setText(this.summary, this.words.say('onlineCount', { count }));
    this.rows.show(new Map(sorted.map((each) => [each.id, each])));
  }

  /** @param {Colleague} colleague */
  #row({ id }) {
    const { words } = this;
    const name = build('span', { className: 'name', dir: 'auto' });
    const status = build('span', { className: 'soft' });
    const load = build('span', { className: 'load' });
    const meter = build('meter', { min: 0 });
    const element = build('li', { 'data-technician': id }, name, status, load, meter);
    /** @param {Colleague} colleague */
    const show = (colleague) => {
      element.dataset.status = colleague.status;
      setText(name, colleague.name);
      setText(status, words.say(colleague.status));
      setText(load, words.say('of', { part: colleague.load, all: colleague.capacity }));
      meter.hidden = load.hidden = colleague.status === 'offline' && colleague.load === 0;
      // Accepting by hand can exceed the capacity.
      meter.max = Math.max(colleague.capacity, colleague.load, 1);
      meter.high = Math.max(0.5, colleague.capacity - 0.5);
      meter.optimum = 0;
      meter.value = colleague.load;
      meter.setAttribute('aria-label', words.say('loadOf', { name: colleague.name }));
    };
    return { element, show };
  }
}
