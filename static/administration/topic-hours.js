import { build, setText } from '../elements/dom.js';
import { ClosedDays } from './closed-days.js';
import { DayRow } from './day-row.js';
import { Field, input } from './field.js';
import { weekdays, written } from './week.js';

/** @typedef {import('./week.js').Schedule} Schedule */

/**
 * The opening hours of one topic: those of the site, or its own. The public holidays are always the
 * site's.
 */
export class TopicHours {
  /** @type {Schedule|null} the site's hours, the initial value of own ones */
  #site = null;
  /** @type {Schedule|null} */
  #kept = null;
  /** @type {string[]} */
  #zones = [];

  /**
   * @param {import('../lib/i18n.js').Words} words
   * @param {() => void} changed
   */
  constructor(words, changed) {
    this.words = words;
    this.changed = changed;
    this.own = input('checkbox', { onchange: () => this.#choose() });
    this.name = build('span', { dir: 'auto' });
    this.zone = new Field(
      words.say('timezone'),
      input('text', { autocomplete: 'off', spellcheck: false }),
      words.say('timezoneHint'),
    );
    this.zone.control.setAttribute('list', 'zones');
    this.days = weekdays(words.locale).map((name, number) => {
      const copy = () => this.#copy(number);
      return new DayRow(words, name, { changed, copy });
    });
    this.closed = new ClosedDays(words, changed);
    this.problem = build('p', { className: 'problem', role: 'alert' });
    this.hours = build(
      'div',
      { className: 'own-hours', hidden: true },
      this.zone.element,
      build('div', { className: 'week' }, ...this.days.map(({ element }) => element)),
      this.problem,
      this.closed.element,
    );
    this.element = build(
      'li',
      { className: 'line topic-hours' },
      build('label', { className: 'check' }, this.own, this.name),
      this.hours,
    );
  }

  /**
   * @param {string} topic its name
   * @param {Schedule} site the hours of the whole site
   * @param {string[]} zones
   */
  know(topic, site, zones) {
    setText(this.name, this.words.say('ownHours', { topic }));
    this.#site = site;
    this.#zones = zones;
  }

  /** @returns {Schedule|null} */
  value() {
    if (!this.own.checked) return null;
    const { country = null, region = null } = this.#kept ?? this.#site ?? {};
    return written({
      timezone: this.zone.control.value.trim(),
      week: this.days.map((day) => day.value()),
      country,
      region,
      closed: this.closed.value(),
    });
  }

  /** @param {Schedule|null} schedule */
  show(schedule) {
    this.own.checked = schedule !== null;
    this.hours.hidden = schedule === null;
    this.#kept = schedule;
    setText(this.problem, '');
    if (schedule) this.#fill(schedule);
  }

  check() {
    if (!this.own.checked) return true;
    const { words } = this;
    const isZone = this.#zones.includes(this.zone.control.value.trim());
    this.zone.showError(isZone ? '' : words.say('wrong.timezone'));
    const isEver = this.days.some((day) => day.value().length > 0);
    setText(this.problem, isEver ? '' : words.say('wrong.neverOpen'));
    return isZone && isEver && !this.days.map((day) => day.check()).includes(false);
  }

  /** Show that the server has refused the hours. */
  complain() {
    setText(this.problem, this.words.say('wrong.hours'));
  }

  #choose() {
    if (this.own.checked && this.#site) this.#fill(this.#kept ?? this.#site);
    this.hours.hidden = !this.own.checked;
  }

  /** @param {Schedule} schedule */
  #fill(schedule) {
    const { timezone, week, closed } = written(schedule);
    this.zone.control.value = timezone;
    this.zone.showError('');
    this.days.forEach((day, number) => day.show(week[number] ?? []));
    this.closed.show(closed);
  }

  /** @param {number} from */
  #copy(from) {
    const periods = this.days[from]?.value() ?? [];
    for (const [number, day] of this.days.entries()) if (number !== from) day.show(periods);
    this.changed();
  }
}
