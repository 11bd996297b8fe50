import { build, setText } from '../../elements/dom.js';
import { KeyedList } from '../../elements/keyed-list.js';
import { isComposing } from '../../lib/typing-keys.js';
import { moveBy } from '../lists/virtual-window.js';
import { matching } from './transfer-targets.js';

/** @typedef {import('./transfer-targets.js').Target} Target */

/**
 * A combobox of transfer targets: typing filters the list, arrow keys move in it, Enter or a click
 * chooses. The choice is kept while the loads change.
 */
export class TargetPicker {
  /** @type {Target[]} */
  #targets = [];
  /** @type {Target[]} */
  #shown = [];
  #active = 0;
  /** @type {string|null} */
  #chosen = null;

  /**
   * @param {import('../../lib/i18n.js').Words} words
   * @param {() => void} onchoose
   */
  constructor(words, onchoose) {
    this.words = words;
    this.onchoose = onchoose;
    this.field = build('input', {
      type: 'text',
      role: 'combobox',
      autocomplete: 'off',
      'aria-expanded': 'true',
      'aria-controls': 'targets',
      'aria-autocomplete': 'list',
      placeholder: words.say('transferSearch'),
      oninput: () => this.#typed(),
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event),
    });
    const label = { id: 'targets', className: 'targets', role: 'listbox' };
    this.list = build('div', label);
    this.list.setAttribute('aria-label', words.say('transferTo'));
    const nobody = build('p', { className: 'soft' }, words.say('transferNobody'));
    /** @type {KeyedList<Target>} whose rows stay while loads change: one may be pressed right now */
    this.rows = new KeyedList(this.list, (target) => this.#row(target), nobody);
    // The field keeps the focus for typing.
    this.list.addEventListener('mousedown', (event) => event.preventDefault());
    this.list.addEventListener('click', (event) => this.#clicked(event));
    this.element = build(
      'div',
      { className: 'picker' },
      build('label', {}, words.say('transferTo'), this.field),
      this.list,
    );
  }

  /** What was chosen, as long as it is there. @returns {Target|null} */
  get chosen() {
    return this.#targets.find((each) => keyOf(each) === this.#chosen) ?? null;
  }

  /** @param {Target[]} targets */
  offer(targets) {
    const active = this.#shown[this.#active];
    this.#targets = targets;
    this.#narrow();
    const place = active ? this.#shown.findIndex((each) => keyOf(each) === keyOf(active)) : -1;
    this.#active = Math.max(0, place);
    this.#show();
  }

  #typed() {
    this.#chosen = null;
    this.#active = 0;
    this.#narrow();
    this.#show();
    this.onchoose();
  }

  #narrow() {
    this.#shown = matching(this.#targets, this.#chosen === null ? this.field.value : '');
  }

  #show() {
    this.rows.show(new Map(this.#shown.map((target) => [keyOf(target), target])));
    const active = this.#shown.length ? this.list.children[this.#active] : undefined;
    if (active) this.field.setAttribute('aria-activedescendant', active.id);
    else this.field.removeAttribute('aria-activedescendant');
    active?.scrollIntoView({ block: 'nearest' });
  }

  /** @param {Target} made */
  #row(made) {
    const name = build('span', { className: 'name', dir: 'auto' });
    const taken = build('span', { className: 'load' });
    const about = build('span', { className: 'soft', dir: 'auto' });
    const mark = build('span', { className: 'mark' });
    const id = `target-${keyOf(made).replace(' ', '-')}`;
    const element = build('div', { role: 'option', id, className: 'target' });
    element.append(name, taken, about, mark);
    /** @param {Target} target */
    const show = (target) => {
      const { load, capacity } = target;
      const index = this.#shown.indexOf(target);
      element.dataset.index = String(index);
      element.setAttribute('aria-selected', String(keyOf(target) === this.#chosen));
      element.classList.toggle('active', index === this.#active);
      setText(name, this.#name(target.name, target.kind));
      setText(taken, this.words.say('loadOf', { load, capacity }));
      setText(about, target.about);
      setText(mark, this.#mark(target));
    };
    return { element, show };
  }

  /** @param {string} name @param {string} kind */
  #name(name, kind) {
    return kind === 'topic' ? this.words.say('topicNamed', { name }) : name;
  }

  /** @param {Target} target */
  #mark({ kind, isAway, isFull }) {
    if (isAway) return this.words.say(kind === 'topic' ? 'nobodyServes' : 'away');
    return isFull ? this.words.say('full') : '';
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (isComposing(event)) return;
    if (event.key === 'Enter' && this.#chosen === null && this.#shown.length) {
      event.preventDefault();
      this.#choose(this.#active);
    }
    if (event.key === 'Home' || event.key === 'End') return;
    const list = { active: this.#active, count: this.#shown.length, page: 5 };
    const target = moveBy(event.key, list);
    if (target === null) return;
    event.preventDefault();
    this.#active = target;
    this.#show();
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const option = /** @type {Element} */ (event.target).closest('[role=option]');
    if (option instanceof HTMLElement) this.#choose(Number(option.dataset.index));
  }

  /** @param {number} index */
  #choose(index) {
    const target = this.#shown[index];
    if (!target) return;
    this.#chosen = keyOf(target);
    this.field.value = this.#name(target.name, target.kind);
    this.#narrow();
    this.#active = this.#shown.indexOf(target);
    this.#show();
    this.onchoose();
  }
}

/** @param {Target} target */
function keyOf({ kind, id }) {
  return `${kind} ${id}`;
}
