import { build, setText } from '../elements/dom.js';

/** @typedef {HTMLInputElement|HTMLSelectElement|HTMLTextAreaElement} Control */

/**
 * A control with a label, a hint and an error message.
 *
 * @template {Control} C
 */
export class Field {
  /**
   * @param {string} label with `{value}` in it a sentence, in which the control stands there
   * @param {C} control
   * @param {string} [hint]
   */
  constructor(label, control, hint = '') {
    this.control = control;
    const id = crypto.randomUUID();
    this.problem = build('span', { className: 'problem', id: `wrong-${id}` });
    const said = hint ? build('span', { className: 'hint', id: `hint-${id}` }, hint) : null;
    const described = [said, this.problem].flatMap((each) => each?.id ?? []);
    control.setAttribute('aria-describedby', described.join(' '));
    control.addEventListener('input', () => this.showError(''));
    const [before, after] = label.split('{value}');
    this.element = build(
      'div',
      { className: 'field' },
      build('label', after === undefined ? {} : { className: 'sentence' }, before, control, after),
      said,
      this.problem,
    );
  }

  /** @param {string} text empty removes the error */
  showError(text) {
    setText(this.problem, text);
    if (text) this.control.setAttribute('aria-invalid', 'true');
    else this.control.removeAttribute('aria-invalid');
  }
}

/** Move the focus to the first invalid control of a form. @param {HTMLElement} form */
export function focusFirstWrong(form) {
  const wrong = form.querySelector('[aria-invalid]');
  if (!(wrong instanceof HTMLElement)) return;
  for (let place = wrong.parentElement; place; place = place.parentElement)
    if (place instanceof HTMLDetailsElement) place.open = true;
  wrong.focus();
}

/**
 * @param {string} type
 * @param {Record<string, unknown>} [properties]
 */
export function input(type, properties = {}) {
  return build('input', { type, ...properties });
}

/** Build a `select` element. @param {[value: string, label: string][]} options */
export function select(options) {
  return build('select', {}, ...options.map(([value, label]) => build('option', { value }, label)));
}

/**
 * @param {string} text
 * @param {() => void} onclick
 * @param {Record<string, unknown>} [properties]
 */
export function button(text, onclick, properties = {}) {
  return build('button', { type: 'button', onclick, ...properties }, text);
}
