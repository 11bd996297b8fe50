import { Field, input } from './field.js';
import { amountOf, isAllowed, limitsOf, textOf } from './rule-numbers.js';

/**
 * A pairing rule that is a number: the field stands inside the sentence that says its effect. The
 * words have the sentence under the rule's name, with `{value}`, and a hint under `NAME.hint`.
 */
export class RuleField {
  /**
   * @param {import('../lib/i18n.js').Words} words
   * @param {string} name
   * @param {import('./rule-numbers.js').Bounds} bounds
   */
  constructor(words, name, bounds) {
    this.words = words;
    this.name = name;
    this.bounds = bounds;
    const { least, most } = limitsOf(bounds);
    const control = input('number', {
      min: String(least),
      max: String(most),
      step: 'any',
      inputMode: 'decimal',
    });
    const hint = `${name}.hint`;
    this.field = new Field(words.say(name), control, hint in words.messages ? words.say(hint) : '');
    this.element = this.field.element;
  }

  /** The number in the unit of the protocol; null where an optional one is empty. */
  get value() {
    return amountOf(this.field.control.value, this.bounds);
  }

  /** @param {number|null} value */
  show(value) {
    this.field.control.value = textOf(value, this.bounds);
    this.field.showError('');
  }

  /** Show an error where the number is not allowed; true if there is none. */
  check() {
    const isRight = isAllowed(this.value, this.bounds);
    if (!isRight) this.blame();
    return isRight;
  }

  blame() {
    const { words, bounds } = this;
    const { least, most } = limitsOf(bounds);
    const number = new Intl.NumberFormat(words.locale);
    const kind = bounds.whole && bounds.unit === 1 ? 'wrong.whole' : 'wrong.between';
    const said = { least: number.format(least), most: number.format(most) };
    this.field.showError(words.say(kind, said));
  }
}
