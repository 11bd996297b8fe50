import { build } from '../elements/dom.js';
import { Field, input } from './field.js';

/** @typedef {{amber: number, red: number}} Targets */

const MINUTE = 60_000;
const MAX_MINUTES = 1_440;

/** The form for the waiting times from which the console warns. */
export class TargetsForm {
  /** @param {import('../lib/i18n.js').Words} words */
  constructor(words) {
    this.words = words;
    const minutes = () =>
      input('number', { min: '0.1', max: String(MAX_MINUTES), step: 'any', inputMode: 'decimal' });
    this.amber = new Field(words.say('amber'), minutes());
    this.red = new Field(words.say('red'), minutes());
    this.element = build(
      'form',
      { className: 'panel', 'aria-labelledby': 'targets-title' },
      build('h2', { id: 'targets-title' }, words.say('targets')),
      build('p', { className: 'soft' }, words.say('targetsWhy')),
      build('div', { className: 'pair' }, this.amber.element, this.red.element),
    );
  }

  /** @param {import('./settings-section.js').Site} site @returns {Targets} */
  read({ targets }) {
    return targets;
  }

  /** @returns {Targets} */
  value() {
    const ms = (/** @type {Field<HTMLInputElement>} */ { control }) =>
      Math.round(Number(control.value) * MINUTE);
    return { amber: ms(this.amber), red: ms(this.red) };
  }

  /** @param {Targets} targets */
  show({ amber, red }) {
    this.amber.control.value = String(amber / MINUTE);
    this.red.control.value = String(red / MINUTE);
    this.amber.showError('');
    this.red.showError('');
  }

  check() {
    const { amber, red } = this.value();
    const isTime = (/** @type {number} */ ms) => ms >= 1_000 && ms <= MAX_MINUTES * MINUTE;
    this.amber.showError(isTime(amber) ? '' : this.words.say('wrong.minutes'));
    if (!isTime(red)) this.red.showError(this.words.say('wrong.minutes'));
    else this.red.showError(red >= amber ? '' : this.words.say('wrong.red'));
    return isTime(amber) && isTime(red) && red >= amber;
  }

  /** @param {string} field */
  blame(field) {
    const wrong = field.endsWith('red') ? this.red : this.amber;
    wrong.showError(this.words.say('wrong.minutes'));
    return true;
  }
}
