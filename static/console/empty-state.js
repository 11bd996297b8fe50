import { build, setText } from '../elements/dom.js';
import { printed } from './keys/key-names.js';

/**
 * The hint in place of the panes while no conversation is open, with a button for the next step.
 */
export class EmptyState {
  /** @type {() => void} */
  #act = () => undefined;

  /**
   * @param {object} needs
   * @param {import('../lib/i18n.js').Words} needs.words
   * @param {() => 'loading'|'queue'|'ready'|'offline'} needs.state
   * @param {() => void} needs.goOnline
   * @param {() => void} needs.acceptNext
   */
  constructor({ words, state, goOnline, acceptNext }) {
    this.words = words;
    this.state = state;
    /** @type {Record<string, (() => void)|undefined>} the action of the button by state */
    this.acts = { offline: goOnline, queue: acceptNext };
    this.title = build('h2', { tabIndex: -1 });
    this.text = build('p', { className: 'soft' });
    this.button = build('button', { type: 'button', className: 'primary' });
    this.button.addEventListener('click', () => this.#act());
    const keys = printed('Ctrl+K', words);
    const hint = build('p', { className: 'soft hint' }, words.say('emptyKeys', { keys }));
    this.element = build('div', { className: 'empty' }, this.title, this.text, this.button, hint);
  }

  /** @param {boolean} isEmpty */
  update(isEmpty) {
    this.element.hidden = !isEmpty;
    if (!isEmpty) return;
    const { words } = this;
    const state = this.state();
    setText(this.title, words.say(`empty.${state}.title`));
    setText(this.text, words.say(`empty.${state}.text`));
    const act = this.acts[state];
    this.button.hidden = !act;
    setText(this.button, act ? words.say(`empty.${state}.act`) : '');
    this.#act = act ?? (() => undefined);
  }

  focus() {
    if (this.button.hidden) this.title.focus();
    else this.button.focus();
  }
}
