import { build } from '../elements/dom.js';
import { arrange } from '../elements/keyed-list.js';
import { Field, input } from './field.js';
import { PLAIN, TopicRules } from './topic-rules.js';

/** @typedef {import('./topic-rules.js').Rules} Rules */
/** @typedef {import('../lib/types.js').Topic} Topic */
/** @typedef {{topics: Record<string, Rules>} & Record<string, any>} Pairing */

/**
 * The values that a rule may have, as the server declares them: `unit` converts the field's unit
 * to that of the protocol, in which `least` and `most` are given; an `optional` one is null when
 * empty.
 *
 * @typedef {{unit: number, least: number, most: number, whole: boolean, optional: boolean}} Bounds
 * @typedef {Bounds & {name: string, field: Field<HTMLInputElement>}} NumberRule
 */

/** The form for the pairing rules: rules of each topic, and numbers for all. */
export class PairingForm {
  /** @type {Map<string, TopicRules>} including deleted topics, whose rules are kept */
  #rules = new Map();

  /** @param {import('../lib/i18n.js').Words} words */
  constructor(words) {
    this.words = words;
    this.list = build('ul', { className: 'lines' });
    this.empty = build('li', { className: 'empty soft' }, words.say('pairingEmpty'));
    /** @type {NumberRule[]} the rules that apply to all topics, known once the site is read */
    this.numbers = [];
    this.fields = build('div', { className: 'pair' });
    this.element = build(
      'form',
      { className: 'panel', 'aria-labelledby': 'pairing-title' },
      build('h2', { id: 'pairing-title' }, words.say('place.pairing')),
      build('p', { className: 'soft' }, words.say('pairingWhy')),
      build('h3', {}, words.say('byTopic')),
      this.list,
      build('h3', {}, words.say('wholeDesk')),
      this.fields,
    );
  }

  /** @param {import('./settings-section.js').Site} site @returns {Pairing} */
  read({ pairing, pairing_bounds: bounds, topics }) {
    this.#offer(topics);
    if (this.numbers.length === 0) this.#declare(bounds.site);
    const numbers = Object.fromEntries(this.numbers.map(({ name }) => [name, pairing[name]]));
    const rules = Object.entries(pairing.topics).map(([topic, each]) => [topic, inOrder(each)]);
    return { topics: decided(/** @type {[string, Rules][]} */ (rules)), ...numbers };
  }

  /** @returns {Pairing} */
  value() {
    const numbers = Object.fromEntries(this.numbers.map((each) => [each.name, amount(each)]));
    const rules = [...this.#rules].map(
      ([topic, each]) => /** @type {[string, Rules]} */ ([topic, each.value()]),
    );
    return { topics: decided(rules), ...numbers };
  }

  /** @param {Pairing} pairing */
  show(pairing) {
    for (const topic of Object.keys(pairing.topics)) this.#of(topic);
    for (const [topic, rules] of this.#rules) rules.show(pairing.topics[topic] ?? PLAIN);
    for (const { name, unit, field } of this.numbers) {
      const kept = pairing[name];
      field.control.value = kept === null ? '' : String(kept / unit);
      field.showError('');
    }
  }

  check() {
    const { words } = this;
    const right = this.numbers.map((each) => {
      const found = isRight(each, amount(each));
      each.field.showError(found ? '' : words.say('wrong.number'));
      return found;
    });
    return ![...right, ...[...this.#rules.values()].map((rules) => rules.check())].includes(false);
  }

  /** @param {string} field */
  blame(field) {
    const [, name] = field.split('.');
    const wrong = this.numbers.find((each) => each.name === name);
    wrong?.field.showError(this.words.say('wrong.number'));
    return Boolean(wrong);
  }

  /** @param {Record<string, Bounds>} bounds by rule */
  #declare(bounds) {
    this.numbers = Object.entries(bounds).map(([name, each]) => {
      const control = input('number', { min: '0', step: 'any', inputMode: 'decimal' });
      const field = new Field(this.words.say(name), control, this.words.say(`${name}.hint`));
      return { ...each, name, field };
    });
    this.fields.replaceChildren(...this.numbers.map(({ field }) => field.element));
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
      rules = new TopicRules(this.words, topic);
      rules.called(topic);
      rules.show(PLAIN);
      this.#rules.set(topic, rules);
    }
    return rules;
  }
}

/**
 * Return the rules without topics that have the default ones.
 *
 * @param {[string, Rules][]} rules
 * @returns {Record<string, Rules>}
 */
function decided(rules) {
  const plain = JSON.stringify(PLAIN);
  const kept = rules.filter(([, each]) => JSON.stringify(each) !== plain);
  return Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Return rules in the normal form that the form produces, for comparison.
 *
 * @param {Rules} rules
 * @returns {Rules}
 */
function inOrder({ mode, priority, capacity, required, preferred, widen_after: widen }) {
  return {
    mode,
    priority,
    capacity,
    required: [...required].sort(),
    preferred: [...preferred].sort(),
    widen_after: widen,
  };
}

/** @param {NumberRule} rule */
function amount({ field, unit, optional }) {
  const text = field.control.value.trim();
  if (text === '' && optional) return null;
  const value = text === '' ? Number.NaN : Number(text) * unit;
  return unit === 1 ? value : Math.round(value);
}

/**
 * @param {Bounds} bounds
 * @param {number|null} value
 */
function isRight({ least, most, whole, optional }, value) {
  if (value === null) return optional;
  return value >= least && value <= most && (!whole || Number.isInteger(value));
}
