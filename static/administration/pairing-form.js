import { build } from '../elements/dom.js';
import { arrange } from '../elements/keyed-list.js';
import { RuleField } from './rule-field.js';
import { grouped } from './rule-numbers.js';
import { defaultRules, TopicRules } from './topic-rules.js';

/** @typedef {import('./topic-rules.js').Rules} Rules */
/** @typedef {import('./rule-numbers.js').Bounds} Bounds */
/** @typedef {import('../lib/types.js').Topic} Topic */
/** @typedef {{topics: Record<string, Rules>} & Record<string, any>} Pairing */

/** The form for the pairing rules: rules of each topic, and numbers for all. */
export class PairingForm {
  /** @type {Map<string, TopicRules>} including deleted topics, whose rules are kept */
  #rules = new Map();
  /** @type {Record<string, Bounds>} by rule, known once the site is read */
  #topicBounds = {};

  /** @param {import('../lib/i18n.js').Words} words */
  constructor(words) {
    this.words = words;
    this.list = build('ul', { className: 'lines' });
    this.empty = build('li', { className: 'empty soft' }, words.say('pairingEmpty'));
    /** @type {RuleField[]} the rules that apply to all topics, known once the site is read */
    this.numbers = [];
    this.groups = build('div', { className: 'rules' });
    this.element = build(
      'form',
      { className: 'panel', 'aria-labelledby': 'pairing-title' },
      build('h2', { id: 'pairing-title' }, words.say('place.pairing')),
      build('p', { className: 'soft' }, words.say('pairingWhy')),
      build('h3', {}, words.say('byTopic')),
      this.list,
      build('h3', {}, words.say('wholeDesk')),
      this.groups,
    );
  }

  /** @param {import('./settings-section.js').Site} site @returns {Pairing} */
  read({ pairing, pairing_bounds: bounds, topics }) {
    this.#topicBounds = bounds.topic;
    if (this.numbers.length === 0) this.#declare(bounds.site);
    this.#offer(topics);
    const numbers = Object.fromEntries(this.numbers.map(({ name }) => [name, pairing[name]]));
    const rules = Object.entries(pairing.topics).map(([topic, each]) => [topic, inOrder(each)]);
    return { topics: this.#decided(/** @type {[string, Rules][]} */ (rules)), ...numbers };
  }

  /** @returns {Pairing} */
  value() {
    const numbers = Object.fromEntries(this.numbers.map((each) => [each.name, each.value]));
    const rules = [...this.#rules].map(
      ([topic, each]) => /** @type {[string, Rules]} */ ([topic, inOrder(each.value())]),
    );
    return { topics: this.#decided(rules), ...numbers };
  }

  /** @param {Pairing} pairing */
  show(pairing) {
    for (const topic of Object.keys(pairing.topics)) this.#of(topic);
    for (const [topic, rules] of this.#rules) rules.show(pairing.topics[topic] ?? this.#default);
    for (const number of this.numbers) number.show(pairing[number.name]);
  }

  check() {
    const right = [...this.numbers, ...this.#rules.values()].map((each) => each.check());
    return !right.includes(false);
  }

  /** @param {string} field */
  blame(field) {
    const [, name] = field.split('.');
    const wrong = this.numbers.find((each) => each.name === name);
    wrong?.blame();
    return Boolean(wrong);
  }

  /** @param {Record<string, Bounds>} bounds by rule */
  #declare(bounds) {
    const { words } = this;
    const fields = new Map(
      Object.entries(bounds).map(([name, each]) => [name, new RuleField(words, name, each)]),
    );
    this.numbers = [...fields.values()];
    const groups = grouped(bounds).map(([group, names]) =>
      build(
        'fieldset',
        {},
        build('legend', {}, words.say(`rules.${group}`)),
        ...names.map((name) => fields.get(name)?.element),
      ),
    );
    this.groups.replaceChildren(...groups);
  }

  /** @param {Topic[]} topics */
  #offer(topics) {
    const lines = topics.map(({ id, name }) => {
      const rules = this.#of(id);
      rules.called(name);
      return rules.element;
    });
    arrange(this.list, lines.length ? lines : [this.empty]);
  }

  /** @param {string} topic */
  #of(topic) {
    let rules = this.#rules.get(topic);
    if (!rules) {
      rules = new TopicRules(this.words, topic, this.#topicBounds);
      rules.called(topic);
      rules.show(this.#default);
      this.#rules.set(topic, rules);
    }
    return rules;
  }

  get #default() {
    return defaultRules(this.#topicBounds);
  }

  /**
   * Return the rules without topics that have the default ones.
   *
   * @param {[string, Rules][]} rules in order
   * @returns {Record<string, Rules>}
   */
  #decided(rules) {
    const byDefault = JSON.stringify(inOrder(this.#default));
    const kept = rules.filter(([, each]) => JSON.stringify(each) !== byDefault);
    return Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

/**
 * Return rules with their names and skills sorted, so that equal ones have equal JSON.
 *
 * @param {Rules} rules
 * @returns {Rules}
 */
function inOrder(rules) {
  const sorted = Object.fromEntries(Object.entries(rules).sort(([a], [b]) => (a < b ? -1 : 1)));
  const { mode, required, preferred } = rules;
  return { ...sorted, mode, required: [...required].sort(), preferred: [...preferred].sort() };
}
