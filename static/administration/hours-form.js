import { build, setText } from '../elements/dom.js';
import { throttle } from '../lib/throttle.js';
import { ClosedDays } from './closed-days.js';
import { DayRow } from './day-row.js';
import { Field, input } from './field.js';
import { HolidaysFields } from './holidays-fields.js';
import { weekdays, written } from './week.js';

/** @typedef {import('./week.js').Schedule} Schedule */

const OUTLOOK_INTERVAL_MS = 500;

/** The form for the opening hours; it shows the promise that follows from them. */
export class HoursForm {
  /** @type {string[]} */
  #zones = [];

  /**
   * @param {import('../lib/i18n.js').Words} words
   * @param {import('../lib/http.js').Http} http
   */
  constructor(words, http) {
    this.words = words;
    this.http = http;
    const changed = () => this.#changed();
    this.days = weekdays(words.locale).map((name, number) => {
      const copy = () => this.#copy(number);
      return new DayRow(words, name, { changed, copy });
    });
    this.zone = new Field(
      words.say('timezone'),
      input('text', { autocomplete: 'off', spellcheck: false }),
      words.say('timezoneHint'),
    );
    this.zones = build('datalist', { id: 'zones' });
    this.zone.control.setAttribute('list', 'zones');
    this.holidays = new HolidaysFields(words, http, changed);
    this.closed = new ClosedDays(words, changed);
    this.problem = build('p', { className: 'problem', role: 'alert' });
    this.outlook = build('p', { className: 'outlook', role: 'status' });
    this.element = build(
      'form',
      { className: 'panel', 'aria-labelledby': 'hours-title' },
      build('h2', { id: 'hours-title' }, words.say('place.hours')),
      build('p', { className: 'soft' }, words.say('hoursWhy')),
      this.outlook,
      this.zone.element,
      this.zones,
      build('div', { className: 'week' }, ...this.days.map(({ element }) => element)),
      this.problem,
      this.holidays.element,
      this.closed.element,
    );
    this.foresee = throttle(() => this.#foresee(), OUTLOOK_INTERVAL_MS);
    for (const event of ['input', 'change'])
      this.element.addEventListener(event, () => this.foresee());
  }

  /** @param {import('./settings-section.js').Site} site @returns {Schedule} */
  read({ schedule, timezones }) {
    this.#offerZones(timezones);
    return written(schedule);
  }

  /** @returns {Schedule} */
  value() {
    return {
      timezone: this.zone.control.value.trim(),
      week: this.days.map((day) => day.value()),
      ...this.holidays.value(),
      closed: this.closed.value(),
    };
  }

  /** @param {Schedule} schedule */
  show(schedule) {
    this.zone.control.value = schedule.timezone;
    this.zone.showError('');
    setText(this.problem, '');
    this.days.forEach((day, number) => day.show(schedule.week[number] ?? []));
    this.holidays.show(schedule);
    this.closed.show(schedule.closed);
    this.foresee();
  }

  check() {
    const { words } = this;
    const isZone = this.#zones.includes(this.value().timezone);
    this.zone.showError(isZone ? '' : words.say('wrong.timezone'));
    const days = this.days.map((day) => day.check());
    const isEver = this.days.some((day) => day.value().length > 0);
    setText(this.problem, isEver ? '' : words.say('wrong.neverOpen'));
    return isZone && isEver && !days.includes(false);
  }

  /** @param {string} field */
  blame(field) {
    const { words } = this;
    if (field.startsWith('schedule.timezone')) this.zone.showError(words.say('wrong.timezone'));
    else setText(this.problem, words.say('wrong.hours'));
    return true;
  }

  /** @param {string[]} zones */
  #offerZones(zones) {
    if (this.#zones.length) return;
    this.#zones = zones;
    this.zones.append(...zones.map((value) => build('option', { value })));
  }

  /** @param {number} from */
  #copy(from) {
    const periods = this.days[from]?.value() ?? [];
    for (const [number, day] of this.days.entries()) if (number !== from) day.show(periods);
    this.#changed();
  }

  /** Show the promise that a customer would get now by the hours in the form, saved or not. */
  async #foresee() {
    try {
      this.#sayOutlook(await this.http.post('/admin/outlook', this.value()));
    } catch {
      // Incomplete hours have no promise; errors are shown when they are saved.
      setText(this.outlook, '');
    }
  }

  /** @param {{at: number, open: boolean, reply_by: number}} outlook */
  #sayOutlook({ at, open, reply_by: replyBy }) {
    const { words } = this;
    /** @type {Intl.DateTimeFormatOptions} */
    const style = {
      weekday: 'long',
      day: 'numeric',
      month: 'long',
      hour: '2-digit',
      minute: '2-digit',
      timeZone: this.value().timezone,
    };
    const form = new Intl.DateTimeFormat(words.locale, style);
    const now = words.say(open ? 'openNow' : 'closedNow', { now: form.format(at) });
    this.outlook.dataset.open = String(open);
    setText(this.outlook, `${now} ${words.say('promiseNow', { time: form.format(replyBy) })}`);
  }
  /** Dispatch a change event for changes by buttons, which cause none. */
  #changed() {
    this.element.dispatchEvent(new Event('change'));
  }
}
