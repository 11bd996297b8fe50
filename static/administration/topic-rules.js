import { build, setText } from '../elements/dom.js';
import { Field, input, select } from './field.js';
import { RuleField } from './rule-field.js';
import { areSkills, shortNames } from './skills.js';

/** @typedef {import('./rule-numbers.js').Bounds} Bounds */

/**
 * The pairing rules of one topic; times in ms, null for none.
 *
 * @typedef {{mode: string, priority: number, capacity: number|null, required: string[],
 *   preferred: string[], widen_after: number|null}} Rules
 */

const MODES = ['direct', 'offer', 'by_hand'];

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
   * @param {Record<string, Bounds>} bounds by rule
   */
  constructor(words, topic, bounds) {
    this.words = words;
    this.topic = topic;
    const number = (/** @type {string} */ name) =>
      new RuleField(words, `topic.${name}`, /** @type {Bounds} */ (bounds[name]));
    this.priority = number('priority');
    this.capacity = number('capacity');
    this.widen = number('widen_after');
    this.mode = new Field(
      words.say('mode'),
      select(MODES.map((each) => [each, words.say(`mode.${each}`)])),
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
          { className: 'rules' },
          this.mode.element,
          this.priority.element,
          this.capacity.element,
          this.required.element,
          this.widen.element,
          this.preferred.element,
        ),
      ),
    );
  }

  /** @returns {Rules} */
  value() {
    return {
      mode: this.mode.control.value,
      priority: Number(this.priority.value),
      capacity: this.capacity.value,
      required: shortNames(this.required.control.value),
      preferred: shortNames(this.preferred.control.value),
      widen_after: this.widen.value,
    };
  }

  /** @param {Rules} rules */
  show(rules) {
    this.mode.control.value = rules.mode;
    this.priority.show(rules.priority);
    this.capacity.show(rules.capacity);
    this.widen.show(rules.widen_after);
    this.required.control.value = rules.required.join(', ');
    this.preferred.control.value = rules.preferred.join(', ');
    for (const field of [this.required, this.preferred]) field.showError('');
    this.#showSummary();
  }

  /** @param {string} name of the topic */
  called(name) {
    setText(this.name, name);
  }

  check() {
    const right = [this.priority, this.capacity, this.widen].map((each) => each.check());
    for (const skills of [this.required, this.preferred]) {
      const isRight = areSkills(shortNames(skills.control.value));
      skills.showError(isRight ? '' : this.words.say('wrong.skills'));
      right.push(isRight);
    }
    return !right.includes(false);
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
