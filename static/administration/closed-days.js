import { build } from '../elements/dom.js';
import { arrange } from '../elements/keyed-list.js';
import { button, Field, input } from './field.js';

/** The closed days beside the public holidays. */
export class ClosedDays {
  /** @type {string[]} in order */
  #days = [];

  /**
   * @param {import('../lib/i18n.js').Words} words
   * @param {() => void} changed
   */
  constructor(words, changed) {
    this.words = words;
    this.changed = changed;
    this.form = new Intl.DateTimeFormat(words.locale, { dateStyle: 'full', timeZone: 'UTC' });
    this.list = build('ul', { className: 'holidays' });
    this.none = build('li', { className: 'soft' }, words.say('noClosedDays'));
    this.date = new Field(words.say('closedOn'), input('date'));
    // A date that is being typed is no change of the settings yet.
    for (const event of ['input', 'change'])
      this.date.control.addEventListener(event, (happened) => happened.stopPropagation());
    this.add = button(words.say('addDay'), () => this.#add());
    this.element = build(
      'fieldset',
      {},
      build('legend', {}, words.say('closedDays')),
      this.list,
      build('div', { className: 'row ends' }, this.date.element, this.add),
    );
  }

  value() {
    return this.#days;
  }

  /** @param {string[]} days ISO dates */
  show(days) {
    this.#days = [...days];
    this.#arrange();
  }

  #add() {
    const day = this.date.control.value;
    if (!day) return this.date.showError(this.words.say('wrong.date'));
    this.date.showError('');
    this.#days = [...new Set([...this.#days, day])].sort();
    this.date.control.value = '';
    this.#arrange();
    this.date.control.focus();
    this.changed();
  }

  /** @param {string} day */
  #remove(day) {
    this.#days = this.#days.filter((each) => each !== day);
    this.#arrange();
    this.date.control.focus();
    this.changed();
  }

  #arrange() {
    const rows = this.#days.map((day) => {
      const name = this.form.format(new Date(day));
      const label = `${name}: ${this.words.say('remove')}`;
      const remove = button('✕', () => this.#remove(day), {
        className: 'plain',
        'aria-label': label,
      });
      return build('li', {}, build('span', {}, name), remove);
    });
    arrange(this.list, rows.length ? rows : [this.none]);
  }
}
