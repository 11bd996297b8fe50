import { build } from '../elements/build.js';
import { Field, input, select } from './field.js';

/** @typedef {import('./topics-form.js').Topic} Topic */
/** @typedef {{name: string, role: string, capacity: number, topics: string[]}} Terms */

const ROLES = ['technician', 'supervisor', 'admin'];
const MOST = 1_000;

/** The fields of what is agreed with a technician. */
export class TermsFields {
  /** @type {string[]} */
  #chosen = [];

  /** @param {import('../lib/i18n.js').Words} words */
  constructor(words) {
    this.words = words;
    this.name = new Field(words.say('name'), input('text', { maxLength: 100, dir: 'auto', autocomplete: 'off' }));
    this.role = new Field(words.say('role'), select(ROLES.map((each) => [each, words.say(`role.${each}`)])));
    this.capacity = new Field(words.say('capacity'), input('number', { min: '1', max: String(MOST), inputMode: 'numeric' }), words.say('capacityHint'));
    this.topics = build('fieldset', { className: 'topics' });
    this.element = build(
      'div',
      { className: 'terms' },
      build('div', { className: 'pair' }, this.name.element, this.role.element, this.capacity.element),
      this.topics,
    );
    this.topics.addEventListener('change', () => (this.#chosen = this.#ticked()));
  }

  /** @returns {Terms} */
  value() {
    return {
      name: this.name.control.value.trim(),
      role: this.role.control.value,
      capacity: Math.round(Number(this.capacity.control.value)),
      topics: this.#chosen,
    };
  }

  /** @param {Terms} terms */
  show({ name, role, capacity, topics }) {
    this.name.control.value = name;
    this.role.control.value = role;
    this.capacity.control.value = String(capacity);
    this.#chosen = [...topics].sort();
    for (const box of this.topics.querySelectorAll('input')) box.checked = topics.includes(box.value);
    for (const field of [this.name, this.role, this.capacity]) field.complain('');
  }

  /** @param {Topic[]} topics */
  offerTopics(topics) {
    const shown = JSON.stringify(topics);
    if (this.topics.dataset.shown === shown) return;
    this.topics.dataset.shown = shown;
    this.topics.hidden = topics.length === 0;
    const boxes = topics.map(({ id, name }) => {
      const box = build('input', { type: 'checkbox', value: id, checked: this.#chosen.includes(id) });
      return build('label', { className: 'check' }, box, build('span', { dir: 'auto' }, name));
    });
    this.topics.replaceChildren(build('legend', {}, this.words.say('servesTopics')), build('p', { className: 'hint' }, this.words.say('servesAll')), ...boxes);
  }

  check() {
    const { name, capacity } = this.value();
    const isCount = capacity >= 1 && capacity <= MOST;
    this.name.complain(name ? '' : this.words.say('wrong.name'));
    this.capacity.complain(isCount ? '' : this.words.say('wrong.capacity'));
    return name !== '' && isCount;
  }

  /** @param {string} field */
  blame(field) {
    if (field === 'name') this.name.complain(this.words.say('wrong.name'));
    else if (field === 'role') this.role.complain(this.words.say('wrong.ownRole'));
    else if (field === 'capacity') this.capacity.complain(this.words.say('wrong.capacity'));
    else return false;
    return true;
  }

  #ticked() {
    const boxes = [...this.topics.querySelectorAll('input')];
    return boxes.filter(({ checked }) => checked).map(({ value }) => value).sort();
  }
}
