import { build, setText } from '../elements/dom.js';
import { Field, input, select } from './field.js';
import { areSkills, shortNames } from './skills.js';

/**
 * The pairing rules of one topic; times in ms, null for none.
 *
 * @typedef {{mode: string, priority: number, capacity: number|null, required: string[],
 *   preferred: string[], widen_after: number|null}} Rules
 */

const MODES = ['direct', 'offer', 'by_hand'];
const MINUTE = 60_000;
const MAX_PRIORITY = 9;
const MAX_CAPACITY = 1_000;
const MAX_MINUTES = 1_440;

/** @type {Rules} the default rules */
export const PLAIN = {
  mode: 'direct',
  priority: 0,
  capacity: null,
  required: [],
  preferred: [],
  widen_after: null,
};

/** The row of one topic; it opens to its pairing rules. */
export class TopicRules {
  /**
   * @param {import('../lib/i18n.js').Words} words
   * @param {string} topic
   */
  constructor(words, topic) {
    this.words = words;
    this.topic = topic;
    const number = (/** @type {number} */ min, /** @type {number} */ max) =>
      input('number', { min: String(min), max: String(max), step: 'any' });
    this.mode = new Field(
      words.say('mode'),
      select(MODES.map((each) => [each, words.say(`mode.${each}`)])),
    );
    this.priority = new Field(
      words.say('priority'),
      number(-MAX_PRIORITY, MAX_PRIORITY),
      words.say('priorityHint'),
    );
    this.capacity = new Field(
      words.say('topicCapacity'),
      number(1, MAX_CAPACITY),
      words.say('topicCapacityHint'),
    );
    this.required = new Field(
      words.say('required'),
      input('text', { autocapitalize: 'none' }),
      words.say('skillsHint'),
    );
    this.preferred = new Field(
      words.say('preferred'),
      input('text', { autocapitalize: 'none' }),
      words.say('skillsHint'),
    );
    this.widen = new Field(words.say('widenAfter'), number(0, MAX_MINUTES), words.say('widenHint'));
    this.name = build('span', { className: 'name', dir: 'auto' });
    this.about = build('span', { className: 'soft' });
    this.element = build(
      'li',
      { className: 'line', oninput: () => this.#showSummary() },
      build(
        'details',
        {},
        build('summary', {}, this.name, this.about),
        build(
          'div',
          { className: 'pair' },
          this.mode.element,
          this.priority.element,
          this.capacity.element,
        ),
        build(
          'div',
          { className: 'pair' },
          this.required.element,
          this.preferred.element,
          this.widen.element,
        ),
      ),
    );
  }

  /** @returns {Rules} */
  value() {
    const widen = optional(this.widen.control.value);
    return {
      mode: this.mode.control.value,
      priority: Number(this.priority.control.value),
      capacity: optional(this.capacity.control.value),
      required: shortNames(this.required.control.value),
      preferred: shortNames(this.preferred.control.value),
      widen_after: widen === null ? null : Math.round(widen * MINUTE),
    };
  }

  /** @param {Rules} rules */
  show(rules) {
    this.mode.control.value = rules.mode;
    this.priority.control.value = String(rules.priority);
    this.capacity.control.value = String(rules.capacity ?? '');
    this.required.control.value = rules.required.join(', ');
    this.preferred.control.value = rules.preferred.join(', ');
    this.widen.control.value = rules.widen_after === null ? '' : String(rules.widen_after / MINUTE);
    for (const field of [this.priority, this.capacity, this.required, this.preferred, this.widen])
      field.showError('');
    this.#showSummary();
  }

  /** @param {string} name of the topic */
  called(name) {
    setText(this.name, name);
  }

  check() {
    const { priority, capacity, required, preferred, widen_after: widen } = this.value();
    const found = [
      this.#right(
        this.priority,
        Number.isInteger(priority) && Math.abs(priority) <= MAX_PRIORITY,
        'priority',
      ),
      this.#right(this.capacity, isCount(capacity), 'capacity'),
      this.#right(this.required, areSkills(required), 'skills'),
      this.#right(this.preferred, areSkills(preferred), 'skills'),
      this.#right(
        this.widen,
        widen === null || (widen >= 0 && widen <= MAX_MINUTES * MINUTE),
        'minutes',
      ),
    ];
    return !found.includes(false);
  }

  /**
   * @param {Field<HTMLInputElement>} field
   * @param {boolean} isRight
   * @param {string} wrong
   */
  #right(field, isRight, wrong) {
    field.showError(isRight ? '' : this.words.say(`wrong.${wrong}`));
    return isRight;
  }

  #showSummary() {
    const { words } = this;
    const { mode, priority, required } = this.value();
    const parts = [words.say(`mode.${mode}`)];
    if (priority) parts.push(words.say('priorityOf', { priority }));
    if (required.length) parts.push(words.say('needs', { skills: required.join(', ') }));
    setText(this.about, parts.join(' · '));
  }
}

/** @param {string} text */
function optional(text) {
  return text.trim() === '' ? null : Number(text);
}

/** @param {number|null} capacity */
function isCount(capacity) {
  return (
    capacity === null || (Number.isInteger(capacity) && capacity >= 1 && capacity <= MAX_CAPACITY)
  );
}
