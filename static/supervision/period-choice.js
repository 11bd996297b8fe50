import { build } from '../elements/dom.js';
import { datesOf, OWN, PERIODS, periodQuery } from './period.js';

/** The choice of the period whose figures are shown, and the link to its table. */
export class PeriodChoice {
  /**
   * @param {import('../lib/i18n.js').Words} words
   * @param {() => void} chosen called with every change
   */
  constructor(words, chosen) {
    this.chosen = chosen;
    this.select = build(
      'select',
      { onchange: () => this.#selected() },
      ...[...PERIODS, OWN].map((name) =>
        build('option', { value: name }, words.say(`period.${name}`)),
      ),
    );
    const day = () =>
      build('input', { type: 'date', required: true, onchange: () => this.#dated() });
    this.first = day();
    this.last = day();
    this.days = build(
      'div',
      { className: 'days', hidden: true },
      build('label', {}, words.say('period.from'), this.first),
      build('label', {}, words.say('period.to'), this.last),
    );
    this.table = build('a', { className: 'button', download: '' }, words.say('exportTable'));
    this.element = build(
      'div',
      { className: 'period' },
      build('label', {}, words.say('period'), this.select),
      this.days,
      this.table,
    );
    this.#link();
  }

  /** The query of the chosen period. */
  get query() {
    return periodQuery(this.select.value, this.first.value, this.last.value);
  }

  /** Offer the days of the figures that are shown as the first ones to change. @param {import('./period-types.js').PeriodFigures} day */
  follow(day) {
    if (this.select.value === OWN) return;
    [this.first.value = '', this.last.value = ''] = datesOf(day);
  }

  #selected() {
    this.days.hidden = this.select.value !== OWN;
    this.#link();
    this.chosen();
  }

  #dated() {
    if (!this.first.value || !this.last.value) return;
    this.#link();
    this.chosen();
  }

  #link() {
    this.table.href = `/supervision/conversations.csv${this.query}`;
  }
}
