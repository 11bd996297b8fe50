import { build } from '../elements/dom.js';
import { arrange } from '../elements/keyed-list.js';
import { TopicHours } from './topic-hours.js';
import { written } from './week.js';

/** @typedef {import('./week.js').Schedule} Schedule */
/** @typedef {import('../lib/types.js').Topic} Topic */

/** The form for topics with opening hours of their own. */
export class TopicHoursForm {
  /** @type {Map<string, TopicHours>} including deleted topics, whose hours are kept */
  #lines = new Map();

  /** @param {import('../lib/i18n.js').Words} words */
  constructor(words) {
    this.words = words;
    this.list = build('ul', { className: 'lines' });
    this.empty = build('li', { className: 'empty soft' }, words.say('topicHoursEmpty'));
    this.element = build(
      'form',
      { className: 'panel', 'aria-labelledby': 'topic-hours-title' },
      build('h2', { id: 'topic-hours-title' }, words.say('topicHours')),
      build('p', { className: 'soft' }, words.say('topicHoursWhy')),
      this.list,
    );
  }

  /** @param {import('./settings-section.js').Site} site @returns {Record<string, Schedule>} */
  read({ topics, topic_hours: hours, schedule, timezones }) {
    const lines = topics.map((/** @type {Topic} */ { id, name }) => {
      const line = this.#of(id);
      line.know(name, schedule, timezones);
      return line.element;
    });
    arrange(this.list, lines.length ? lines : [this.empty]);
    return Object.fromEntries(
      Object.keys(hours)
        .sort()
        .map((topic) => [topic, written(hours[topic])]),
    );
  }

  /** @returns {Record<string, Schedule>} */
  value() {
    const chosen = [...this.#lines].flatMap(([topic, line]) => {
      const own = line.value();
      return own ? [/** @type {[string, Schedule]} */ ([topic, own])] : [];
    });
    return Object.fromEntries(chosen.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** @param {Record<string, Schedule>} hours */
  show(hours) {
    for (const topic of Object.keys(hours)) this.#of(topic);
    for (const [topic, line] of this.#lines) line.show(hours[topic] ?? null);
  }

  check() {
    return ![...this.#lines.values()].map((line) => line.check()).includes(false);
  }

  /** @param {string} field */
  blame(field) {
    const line = this.#lines.get(field.split('.')[1] ?? '');
    line?.complain();
    return Boolean(line);
  }

  /** @param {string} topic */
  #of(topic) {
    let line = this.#lines.get(topic);
    if (!line) {
      line = new TopicHours(this.words, () => this.#changed());
      this.#lines.set(topic, line);
    }
    return line;
  }
  /** Dispatch a change event for changes by buttons, which cause none. */
  #changed() {
    this.element.dispatchEvent(new Event('change'));
  }
}
