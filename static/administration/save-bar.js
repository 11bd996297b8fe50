import { build, setText } from '../elements/dom.js';
import { button } from './field.js';

/** @typedef {import('../lib/http.js').Problem} Problem */
/** @typedef {{undo: () => void, overwrite: () => void, take: () => void}} Acts */

/** The bar below a form: the save button, the state, and the choices after a conflict. */
export class SaveBar {
  /**
   * @param {import('../lib/i18n.js').Words} words
   * @param {Acts} acts
   * @param {string} [label] label of the save button
   */
  constructor(words, acts, label = 'save') {
    this.words = words;
    this.save = build('button', { className: 'primary', disabled: true }, words.say(label));
    this.undo = button(words.say('undo'), acts.undo, { hidden: true });
    this.state = build('p', { className: 'soft state', role: 'status' });
    this.problem = build('p', { className: 'problem', role: 'alert' });
    this.conflict = build(
      'div',
      { className: 'conflict', role: 'alert', hidden: true },
      build('p', {}, words.say('conflict')),
      build(
        'div',
        { className: 'row' },
        button(words.say('takeTheirs'), acts.take),
        button(words.say('keepMine'), acts.overwrite),
      ),
    );
    const row = build('div', { className: 'row' }, this.save, this.undo, this.state);
    this.element = build('div', { className: 'save-bar' }, this.conflict, this.problem, row);
  }

  /** @param {{isDirty: boolean, isSaving?: boolean, hasConflict?: boolean}} how */
  show({ isDirty, isSaving = false, hasConflict = false }) {
    this.element.dataset.dirty = String(isDirty);
    // A disabled button loses the focus, so a focused one is only marked as disabled.
    this.save.disabled = !isDirty && document.activeElement !== this.save;
    this.save.setAttribute('aria-disabled', String(!isDirty || isSaving));
    this.undo.hidden = !isDirty;
    this.conflict.hidden = !hasConflict;
    if (isSaving) setText(this.state, this.words.say('saving'));
    else if (isDirty) setText(this.state, this.words.say('unsaved'));
    else if (this.state.textContent !== this.words.say('saved')) setText(this.state, '');
  }

  saved() {
    setText(this.problem, '');
    setText(this.state, this.words.say('saved'));
  }

  /** @param {string} text empty removes the error */
  complain(text) {
    setText(this.problem, text);
  }

  /** Show a refusal that belongs to no field. @param {Problem} problem */
  refused({ code, message }) {
    setText(this.problem, message);
    // The input is kept while the administrator signs in in another tab.
    if (code === 'not_signed_in')
      this.problem.append(
        ' ',
        build('a', { href: '/login', target: '_blank' }, this.words.say('signInBeside')),
      );
  }
}
