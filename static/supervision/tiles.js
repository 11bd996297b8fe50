import { build } from '../elements/dom.js';
import { spreadPicture } from './chart-svg.js';

/** @typedef {import('./period-types.js').PeriodFigures} PeriodFigures */
/** @typedef {import('./period-types.js').Spread} Spread */
/** @typedef {import('./period-types.js').Rating} Rating */
/** @typedef {import('./period-types.js').Promises} Promises */

/** The key figures of the period, each with its spread. */
export class Tiles {
  element = build('div', { className: 'figures' });

  /**
   * @param {import('../lib/i18n.js').Words} words
   * @param {import('./durations.js').Durations} durations
   */
  constructor(words, durations) {
    this.words = words;
    this.durations = durations;
  }

  /** @param {PeriodFigures} figures */
  show(figures) {
    this.element.replaceChildren(
      this.#countTile(figures),
      this.#spreadTile('firstReply', figures.first_reply),
      this.#spreadTile('wait', figures.wait),
      this.#spreadTile('duration', figures.duration),
      this.#ratingTile(figures.rating),
      this.#promisesTile(figures.promises),
    );
  }

  /** @param {PeriodFigures} figures */
  #countTile({ conversations, abandoned }) {
    const { words } = this;
    const gaveUp = abandoned
      ? words.say('abandoned', { count: abandoned })
      : words.say('nobodyAbandoned');
    return tile(
      words.say('conversations'),
      String(conversations),
      build('p', { className: 'soft' }, gaveUp),
    );
  }

  /**
   * @param {string} key
   * @param {Spread} spread
   */
  #spreadTile(key, { count, median, p90 }) {
    const { words, durations } = this;
    const title = words.say(key);
    if (median === null || p90 === null) return this.#nothing(title);
    const said = { median: durations.say(median), p90: durations.say(p90), count };
    return tile(
      title,
      durations.say(median),
      spreadPicture(
        { median, p90 },
        { name: key, title, description: words.say('spreadText', said) },
      ),
      build('p', { className: 'soft' }, words.say('p90', said)),
    );
  }

  /** @param {Rating} rating */
  #ratingTile({ count, average, scores }) {
    const { words } = this;
    if (average === null) return this.#nothing(words.say('rating'));
    const number = new Intl.NumberFormat(words.locale, {
      maximumFractionDigits: 1,
      minimumFractionDigits: 1,
    });
    const most = Math.max(...scores);
    const lines = scores.map((times, index) =>
      scoreLine(words.say('stars', { count: index + 1 }), index + 1, times, most),
    );
    return tile(
      words.say('rating'),
      number.format(average),
      build('ul', { className: 'scores' }, ...lines.reverse()),
      build('p', { className: 'soft' }, words.say('ratings', { count })),
    );
  }

  /** @param {Promises} promises */
  #promisesTile({ made, kept, broken, due }) {
    const { words } = this;
    if (made === 0) return this.#nothing(words.say('promises'), 'noPromises');
    const lines = [
      build('p', { className: 'soft' }, words.say('promisesKept', { kept, due })),
      broken > 0 &&
        build('p', { className: 'very-late' }, words.say('promisesBroken', { count: broken })),
    ];
    return tile(words.say('promises'), String(made), ...lines);
  }

  /**
   * @param {string} title
   * @param {string} [why]
   */
  #nothing(title, why = 'nothingYet') {
    return tile(title, '–', build('p', { className: 'soft' }, this.words.say(why)));
  }
}

/**
 * @param {string} title
 * @param {string} value
 * @param {...(Node|false)} more
 */
function tile(title, value, ...more) {
  return build(
    'div',
    { className: 'tile' },
    build('h3', {}, title),
    build('p', { className: 'value' }, value),
    ...more,
  );
}

/**
 * Build a bar for the frequency of a score.
 *
 * @param {string} name
 * @param {number} score
 * @param {number} times
 * @param {number} most
 */
function scoreLine(name, score, times, most) {
  const bar = build('span', { className: 'bar', 'aria-hidden': 'true' });
  bar.style.setProperty('--share', String(most ? times / most : 0));
  return build(
    'li',
    {},
    build('span', { 'aria-hidden': 'true' }, `${score} ★`),
    build('span', { className: 'hidden-label' }, `${name}: `),
    bar,
    build('span', { className: 'times' }, String(times)),
  );
}
