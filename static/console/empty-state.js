import { build, setText } from '../elements/dom.js';
import { printed } from './keys/key-names.js';

/** @typedef {import('./console.js').Desk} Desk */

/** What the centre says while no conversation is open: what to do first. */
export class EmptyState {
  /** @type {() => void} */
  #act = () => undefined;

  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk;
    this.title = build('h2', { tabIndex: -1 });
    this.text = build('p', { className: 'soft' });
    this.button = build('button', { type: 'button', className: 'primary' });
    this.button.addEventListener('click', () => this.#act());
    const keys = printed('Ctrl+K', desk.words);
    const hint = build('p', { className: 'soft hint' }, desk.words.say('emptyKeys', { keys }));
    this.element = build('div', { className: 'empty' }, this.title, this.text, this.button, hint);
  }

  /** @param {boolean} isEmpty */
  update(isEmpty) {
    this.element.hidden = !isEmpty;
    if (!isEmpty) return;
    const { words } = this.desk;
    const state = this.#state();
    setText(this.title, words.say(`empty.${state}.title`));
    setText(this.text, words.say(`empty.${state}.text`));
    const act = this.#actions()[state];
    this.button.hidden = !act;
    setText(this.button, act ? words.say(`empty.${state}.act`) : '');
    this.#act = act ?? (() => undefined);
  }

  focus() {
    if (this.button.hidden) this.title.focus();
    else this.button.focus();
  }

  #state() {
    const { me, lists } = this.desk;
    if (me.id === '') return 'loading';
    if (lists.queue().length) return 'queue';
    return me.status === 'online' ? 'ready' : 'offline';
  }

  /** @returns {Record<string, (() => void)|undefined>} */
  #actions() {
    return {
      offline: () => this.desk.chooseStatus('online'),
      queue: () => this.desk.acceptNext(),
    };
  }
}
