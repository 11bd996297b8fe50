import { build, setText } from '../elements/dom.js';
import { clockTime } from '../lib/format.js';
import { worthShowing } from './chart.js';
import { hoursPicture, table } from './chart-svg.js';
import { Durations } from './durations.js';
import { isGoingOn } from './period.js';
import { PeriodChoice } from './period-choice.js';
import { Tiles } from './tiles.js';

/** @typedef {import('./period-types.js').PeriodFigures} PeriodFigures */

const MIN_WIDTH_PX = 300;

/** The statistics of a period in numbers and charts. */
export class Statistics {
  /** @type {PeriodFigures|null} */
  #figures = null;
  #width = 0;
  #choice;
  #tiles;
  #drawing = build('div');
  #busiest = build('div', { className: 'scrolling', tabIndex: 0, role: 'region' });
  #shares = build('div', { className: 'scrolling', tabIndex: 0, role: 'region' });
  #since = build('span', { className: 'soft' });
  #problem = build('p', { className: 'problem', role: 'alert' });

  /**
   * @param {import('../lib/i18n.js').Words} words
   * @param {import('../lib/http.js').Http} http
   */
  constructor(words, http) {
    this.words = words;
    this.http = http;
    this.durations = new Durations(words);
    this.#tiles = new Tiles(words, this.durations);
    this.#choice = new PeriodChoice(words, () => this.load());
    this.chartTitle = build('h3');
    this.drawn = build(
      'div',
      { className: 'drawn', hidden: true },
      this.#legend(),
      this.#drawing,
      this.#asTable(),
    );
    this.emptyDay = build('p', { className: 'empty soft', hidden: true }, words.say('emptyDay'));
    this.nobody = build('p', { className: 'empty soft', hidden: true }, words.say('nothingYet'));
    this.#shares.setAttribute('aria-label', words.say('perTechnician'));
    const hours = build(
      'figure',
      { className: 'panel' },
      build('figcaption', {}, this.chartTitle),
      this.emptyDay,
      this.drawn,
    );
    this.section = build(
      'section',
      { 'aria-labelledby': 'figures' },
      build(
        'div',
        { className: 'heading' },
        build('h2', { id: 'figures' }, words.say('figures'), ' ', this.#since),
        this.#choice.element,
      ),
      this.#problem,
      this.#tiles.element,
      build(
        'div',
        { className: 'beside' },
        hours,
        build(
          'div',
          { className: 'panel' },
          build('h3', {}, words.say('perTechnician')),
          this.nobody,
          this.#shares,
        ),
      ),
    );
    new ResizeObserver(([entry]) => this.#resized(entry?.contentRect.width ?? 0)).observe(hours);
  }

  /** Fetch the figures of the chosen period; on an error the former ones stay. */
  async load() {
    const { query } = this.#choice;
    try {
      const figures = await this.http.get(`/supervision/figures${query}`);
      // An answer for a period that is not chosen any more is of no use.
      if (query !== this.#choice.query) return;
      this.#figures = figures;
      this.#choice.follow(figures);
      setText(this.#problem, '');
    } catch (error) {
      setText(this.#problem, /** @type {Error} */ (error).message);
    }
    this.#show();
  }

  /** Fetch figures that may have changed: those of a period that is going on. */
  async refresh() {
    if (!this.#figures || isGoingOn(this.#figures)) await this.load();
  }

  /** The same for a single day only, which is read quickly. */
  async refreshDay() {
    if (!this.#figures || this.#isOneDay) await this.refresh();
  }

  get #isOneDay() {
    return this.#figures?.days.length === 0;
  }

  #show() {
    const { words } = this;
    const figures = this.#figures;
    if (!figures) return;
    setText(this.#since, this.#named(figures));
    setText(this.chartTitle, words.say(this.#isOneDay ? 'perHour' : 'perDay'));
    this.#tiles.show(figures);
    this.#showHours(figures);
    this.#showShares(figures);
  }

  /** @param {PeriodFigures} figures */
  #named({ since, until, at, timezone }) {
    const { words } = this;
    const form = new Intl.DateTimeFormat(words.locale, { dateStyle: 'long', timeZone: timezone });
    const days = form.formatRange(since, until - 1);
    return at < until ? words.say('asOf', { days, at: clockTime(at, words.locale) }) : days;
  }

  /** @param {number} width */
  #resized(width) {
    if (Math.abs(width - this.#width) < 2) return;
    this.#width = width;
    if (this.#figures) this.#showHours(this.#figures);
  }

  /**
   * Draw the chart again without replacing the elements that can have the focus.
   *
   * @param {PeriodFigures} figures
   */
  #showHours(figures) {
    const { words, durations } = this;
    const { hours, days, conversations, timezone } = figures;
    const isOneDay = this.#isOneDay;
    setText(this.emptyDay, words.say(isGoingOn(figures) && isOneDay ? 'emptyDay' : 'emptyPeriod'));
    this.emptyDay.hidden = conversations > 0;
    this.drawn.hidden = conversations === 0;
    if (conversations === 0) return;
    /** @type {Intl.DateTimeFormatOptions} */
    const unit = isOneDay ? { hour: 'numeric' } : { day: 'numeric', month: 'short' };
    const form = new Intl.DateTimeFormat(words.locale, { ...unit, timeZone: timezone });
    const hour = (/** @type {number} */ at) => form.format(at);
    const shown = isOneDay ? worthShowing(hours) : days;
    const busy = shown.filter((each) => each.conversations > 0);
    const top = busy.reduce((most, each) =>
      each.conversations > most.conversations ? each : most,
    );
    const said = { count: conversations, hour: hour(top.at), most: top.conversations };
    const drawn = hoursPicture(shown, Math.max(MIN_WIDTH_PX, this.#width), {
      title: words.say(isOneDay ? 'perHour' : 'perDay'),
      description: words.say(isOneDay ? 'perHourText' : 'perDayText', said),
      hour,
      duration: (ms) => durations.say(ms),
    });
    this.#drawing.replaceChildren(drawn);
    const rows = busy.map((each) => [
      hour(each.at),
      String(each.conversations),
      durations.say(each.first_reply),
    ]);
    const headings = [isOneDay ? 'hour' : 'day', 'conversations', 'firstReply'];
    this.#busiest.replaceChildren(
      table(
        headings.map((key) => words.say(key)),
        rows,
      ),
    );
  }

  /** Build the table with the numbers of the chart. */
  #asTable() {
    const name = this.words.say('asTable');
    this.#busiest.setAttribute('aria-label', name);
    return build('details', {}, build('summary', {}, name), this.#busiest);
  }

  #legend() {
    const { words } = this;
    return build(
      'p',
      { className: 'legend soft' },
      build('span', { className: 'key bars' }, words.say('conversations')),
      build('span', { className: 'key line' }, words.say('firstReplyMedian')),
    );
  }

  /** @param {PeriodFigures} figures */
  #showShares({ technicians }) {
    const { words, durations } = this;
    this.nobody.hidden = technicians.length > 0;
    this.#shares.hidden = technicians.length === 0;
    const number = new Intl.NumberFormat(words.locale, { maximumFractionDigits: 1 });
    const rows = technicians.map((each) => [
      each.technician.name,
      String(each.conversations),
      durations.say(each.first_reply),
      each.rating === null ? '–' : number.format(each.rating),
    ]);
    const headings = ['technician', 'conversations', 'firstReply', 'rating'].map((key) =>
      words.say(key),
    );
    this.#shares.replaceChildren(table(headings, rows));
  }
}
