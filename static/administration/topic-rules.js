import { build, setText } from '../elements/dom.js';
import { Field, input, select } from './field.js';
import { RuleField } from './rule-field.js';
import { areSkills, shortNames } from './skills.js';

/** @typedef {import('./rule-numbers.js').Bounds} Bounds */

/**
 * The pairing rules of one topic: the way to a technician, skills, and numbers (times in ms, null
 * for none). Which numbers there are is declared by the server.
 *
 * @typedef {{mode: string, required: string[], preferred: string[]} & Record<string, any>} Rules
 */

const MODES = ['direct', 'offer', 'by_hand'];

/**
 * Return the rules of a topic for which none were chosen.
 *
 * @param {Record<string, Bounds>} bounds by rule
 * @returns {Rules}
 */
export function defaultRules(bounds) {
  const numbers = Object.entries(bounds).map(([name, each]) => [name, each.default]);
  return { mode: 'direct', required: [], preferred: [], ...Object.fromEntries(numbers) };
}

/** The row of one topic; it opens to its pairing rules. */
export class TopicRules {
  /** @type {Rules} including those that the page has no field for */
  #shown;

  /**
   * @param {import('../lib/i18n.js').Words} words
   * @param {string} topic
   * @param {Record<string, Bounds>} bounds by rule
   */
  constructor(words, topic, bounds) {
    this.words = words;
    this.topic = topic;
    this.#shown = defaultRules(bounds);
    /** @type {[name: string, field: RuleField][]} */
    this.numbers = Object.entries(bounds).map(([name, each]) => [
      name,
      new RuleField(words, `topic.${name}`, each),
    ]);
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
          this.required.element,
          this.preferred.element,
          ...this.numbers.map(([, { element }]) => element),
        ),
      ),
    );
  }

  /** @returns {Rules} */
  value() {
    return {
      ...this.#shown,
      mode: this.mode.control.value,
      required: shortNames(this.required.control.value),
      preferred: shortNames(this.preferred.control.value),
      ...Object.fromEntries(this.numbers.map(([name, { value }]) => [name, value])),
    };
  }

  /** @param {Rules} rules */
  show(rules) {
    this.#shown = rules;
    this.mode.control.value = rules.mode;
    for (const [name, field] of this.numbers) field.show(rules[name]);
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
    const right = this.numbers.map(([, field]) => field.check());
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
