import { build, setText } from '../elements/dom.js';
import { clockTime } from '../lib/format.js';
import { hoursPicture, table } from './chart-svg.js';
import { Durations } from './durations.js';
import { Tiles } from './tiles.js';

/** @typedef {import('./day-types.js').Day} Day */

const MIN_WIDTH_PX = 300;

/** The statistics of the day in numbers and charts. */
export class Statistics {
  /** @type {Day|null} */
  #day = null;
  #width = 0;
  #hourForm;
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
    this.#hourForm = new Intl.DateTimeFormat(words.locale, { hour: 'numeric' });
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
      build('figcaption', {}, build('h3', {}, words.say('perHour'))),
      this.emptyDay,
      this.drawn,
    );
    this.section = build(
      'section',
      { 'aria-labelledby': 'figures' },
      build('h2', { id: 'figures' }, words.say('today'), ' ', this.#since),
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

  /** Fetch the statistics; on an error the former ones stay. */
  async load() {
    try {
      this.#day = await this.http.get('/supervision/figures');
      setText(this.#problem, '');
    } catch (error) {
      setText(this.#problem, /** @type {Error} */ (error).message);
    }
    this.#show();
  }

  #show() {
    const { words } = this;
    const day = this.#day;
    if (!day) return;
    const clock = (/** @type {number} */ at) => clockTime(at, words.locale);
    setText(this.#since, words.say('sinceAsOf', { since: clock(day.since), at: clock(day.at) }));
    this.#tiles.show(day);
    this.#showHours(day);
    this.#showShares(day);
  }

  /** @param {number} width */
  #resized(width) {
    if (Math.abs(width - this.#width) < 2) return;
    this.#width = width;
    if (this.#day) this.#showHours(this.#day);
  }

  /**
   * Draw the chart again without replacing the elements that can have the focus.
   *
   * @param {Day} day
   */
  #showHours({ hours, conversations }) {
    const { words, durations } = this;
    this.emptyDay.hidden = conversations > 0;
    this.drawn.hidden = conversations === 0;
    if (conversations === 0) return;
    const hour = (/** @type {number} */ at) => this.#hourForm.format(at);
    const busy = hours.filter((each) => each.conversations > 0);
    const top = busy.reduce((most, each) =>
      each.conversations > most.conversations ? each : most,
    );
    const said = { count: conversations, hour: hour(top.at), most: top.conversations };
    const drawn = hoursPicture(hours, Math.max(MIN_WIDTH_PX, this.#width), {
      title: words.say('perHour'),
      description: words.say('perHourText', said),
      hour,
      duration: (ms) => durations.say(ms),
    });
    this.#drawing.replaceChildren(drawn);
    const rows = busy.map((each) => [
      hour(each.at),
      String(each.conversations),
      durations.say(each.first_reply),
    ]);
    this.#busiest.replaceChildren(
      table(
        ['hour', 'conversations', 'firstReply'].map((key) => words.say(key)),
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

  /** @param {Day} day */
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
