import { build, setText } from '../elements/dom.js';
import { arrange } from '../elements/keyed-list.js';
import { button, input } from './field.js';
import { inOrder, nextPeriod, wrongWith } from './week.js';

/** @typedef {import('./week.js').Period} Period */

/** The opening periods of one weekday. */
export class DayRow {
  /** @type {{element: HTMLElement, opens: HTMLInputElement, closes: HTMLInputElement}[]} */
  #periods = [];

  /**
   * @param {import('../lib/i18n.js').Words} words
   * @param {string} name of the day
   * @param {{changed: () => void, copy: () => void}} acts
   */
  constructor(words, name, { changed, copy }) {
    this.words = words;
    this.name = name;
    this.changed = changed;
    this.list = build('div', { className: 'periods' });
    this.closed = build('p', { className: 'soft' }, words.say('closedDay'));
    this.problem = build('p', { className: 'problem', role: 'alert' });
    this.add = button(words.say('addPeriod'), () => this.#add(), {
      'aria-label': `${name}: ${words.say('addPeriod')}`,
    });
    const toAll = button(words.say('copyToAll'), copy, {
      className: 'plain',
      'aria-label': `${name}: ${words.say('copyToAll')}`,
    });
    this.element = build(
      'fieldset',
      { className: 'day' },
      build('legend', {}, name),
      this.list,
      build('div', { className: 'row' }, this.add, toAll),
      this.problem,
    );
  }

  /** @returns {Period[]} */
  value() {
    return inOrder(this.#periods.map(({ opens, closes }) => [opens.value, closes.value]));
  }

  /** @param {Period[]} periods */
  show(periods) {
    this.#periods = periods.map((period) => this.#period(period));
    this.#arrange();
    this.#complain('');
  }

  /** Check the times and show an error. Returns true if they are valid. */
  check() {
    const wrong = wrongWith(this.value());
    this.#complain(wrong ? this.words.say(`wrong.${wrong}`) : '');
    return wrong === null;
  }

  /** @param {string} text */
  #complain(text) {
    setText(this.problem, text);
    for (const { opens, closes } of this.#periods)
      for (const field of [opens, closes])
        if (text) field.setAttribute('aria-invalid', 'true');
        else field.removeAttribute('aria-invalid');
  }

  /** @param {Period} period */
  #period([from, to]) {
    const { words, name } = this;
    const oninput = () => this.#complain('');
    const opens = input('time', {
      value: from,
      'aria-label': `${name}: ${words.say('opens')}`,
      oninput,
    });
    const closes = input('time', {
      value: to,
      'aria-label': `${name}: ${words.say('closes')}`,
      oninput,
    });
    const label = `${name}: ${words.say('removePeriod')}`;
    const remove = button('✕', () => this.#remove(period), {
      className: 'plain',
      'aria-label': label,
    });
    const element = build('div', { className: 'period' }, opens, '–', closes, remove);
    const period = { element, opens, closes };
    return period;
  }

  #add() {
    const period = this.#period(nextPeriod(this.value()));
    this.#periods.push(period);
    this.#arrange();
    period.opens.focus();
    this.changed();
  }

  /** @param {{element: HTMLElement}} period */
  #remove(period) {
    this.#periods = this.#periods.filter((each) => each !== period);
    this.#arrange();
    this.#complain('');
    this.add.focus();
    this.changed();
  }

  #arrange() {
    const rows = this.#periods.map(({ element }) => element);
    arrange(this.list, rows.length ? rows : [this.closed]);
  }
}
