import { build } from '../elements/dom.js';
import { Field, input, select } from './field.js';
import { areLanguages, areSkills, shortNames } from './skills.js';

/** @typedef {import('../lib/types.js').Topic} Topic */
/**
 * @typedef {{name: string, role: string, capacity: number, topics: string[], skills: string[],
 *   languages: string[], level: string}} TechnicianTerms
 */
/** @typedef {TechnicianTerms & {id: string, login: string, revision: string}} Technician */

const ROLES = ['technician', 'supervisor', 'admin'];
const LEVELS = ['first', 'normal', 'last', 'supervisor'];
const MAX_CAPACITY = 1_000;

/** The fields of a technician: name, role, capacity, topics, skills, languages and level. */
export class TechnicianFields {
  /** @type {string[]} */
  #chosen = [];

  /** @param {import('../lib/i18n.js').Words} words */
  constructor(words) {
    this.words = words;
    this.name = new Field(
      words.say('name'),
      input('text', { maxLength: 100, dir: 'auto', autocomplete: 'off' }),
    );
    this.role = new Field(
      words.say('role'),
      select(ROLES.map((each) => [each, words.say(`role.${each}`)])),
    );
    this.capacity = new Field(
      words.say('capacity'),
      input('number', { min: '1', max: String(MAX_CAPACITY), inputMode: 'numeric' }),
      words.say('capacityHint'),
    );
    this.topics = build('fieldset', { className: 'topics' });
    this.allTopics = build('input', { type: 'checkbox', onchange: () => this.#choose([]) });
    this.noneLeft = build('p', { className: 'hint' }, words.say('noneLeft'));
    this.level = new Field(
      words.say('level'),
      select(LEVELS.map((each) => [each, words.say(`level.${each}`)])),
    );
    this.languages = new Field(
      words.say('languages'),
      input('text', { autocapitalize: 'none' }),
      words.say('languagesHint'),
    );
    this.skills = new Field(
      words.say('skills'),
      input('text', { autocapitalize: 'none' }),
      words.say('skillsHint'),
    );
    this.element = build(
      'div',
      { className: 'terms' },
      build(
        'div',
        { className: 'pair' },
        this.name.element,
        this.role.element,
        this.capacity.element,
      ),
      this.topics,
      build(
        'div',
        { className: 'pair' },
        this.level.element,
        this.languages.element,
        this.skills.element,
      ),
    );
  }

  /** @returns {TechnicianTerms} */
  value() {
    return {
      name: this.name.control.value.trim(),
      role: this.role.control.value,
      capacity: Math.round(Number(this.capacity.control.value)),
      topics: this.#chosen,
      skills: shortNames(this.skills.control.value),
      languages: shortNames(this.languages.control.value),
      level: this.level.control.value,
    };
  }

  /** @param {TechnicianTerms} terms */
  show({ name, role, capacity, topics, skills, languages, level }) {
    this.name.control.value = name;
    this.role.control.value = role;
    this.capacity.control.value = String(capacity);
    this.level.control.value = level;
    this.skills.control.value = skills.join(', ');
    this.languages.control.value = languages.join(', ');
    this.#choose([...topics].sort());
    for (const field of [this.name, this.role, this.capacity, this.skills, this.languages])
      field.showError('');
  }

  /** @param {Topic[]} topics */
  offerTopics(topics) {
    const shown = JSON.stringify(topics);
    if (this.topics.dataset.shown === shown) return;
    this.topics.dataset.shown = shown;
    this.topics.hidden = topics.length === 0;
    const boxes = topics.map(({ id, name }) => {
      const box = build('input', {
        type: 'checkbox',
        value: id,
        onchange: () => this.#choose(this.#ticked()),
      });
      return tickLine(box, name);
    });
    this.topics.replaceChildren(
      build('legend', {}, this.words.say('servesTopics')),
      tickLine(this.allTopics, this.words.say('servesAll')),
      ...boxes,
      this.noneLeft,
    );
    this.#choose(this.#chosen);
  }

  /** @param {string[]} topics sorted ids; none stand for all topics */
  #choose(topics) {
    this.#chosen = topics;
    this.allTopics.checked = topics.length === 0;
    for (const box of this.#boxes()) box.checked = topics.includes(box.value);
    this.noneLeft.hidden = topics.length === 0 || this.#ticked().length > 0;
  }

  #boxes() {
    const boxes = [...this.topics.querySelectorAll('input')];
    return boxes.filter((box) => box !== this.allTopics);
  }

  check() {
    const { name, capacity, skills, languages } = this.value();
    const isCount = capacity >= 1 && capacity <= MAX_CAPACITY;
    this.name.showError(name ? '' : this.words.say('wrong.name'));
    this.capacity.showError(isCount ? '' : this.words.say('wrong.capacity'));
    this.skills.showError(areSkills(skills) ? '' : this.words.say('wrong.skills'));
    this.languages.showError(areLanguages(languages) ? '' : this.words.say('wrong.languages'));
    return name !== '' && isCount && areSkills(skills) && areLanguages(languages);
  }

  /** @param {string} field */
  blame(field) {
    if (field === 'name') this.name.showError(this.words.say('wrong.name'));
    else if (field === 'role') this.role.showError(this.words.say('wrong.ownRole'));
    else if (field === 'capacity') this.capacity.showError(this.words.say('wrong.capacity'));
    else return false;
    return true;
  }

  #ticked() {
    return this.#boxes()
      .filter(({ checked }) => checked)
      .map(({ value }) => value)
      .sort();
  }
}

/**
 * @param {HTMLInputElement} box
 * @param {string} name
 */
function tickLine(box, name) {
  return build('label', { className: 'check' }, box, build('span', { dir: 'auto' }, name));
}
