import { build, setText } from '../elements/dom.js';
import { button, Field, input } from './field.js';
import { ListForm } from './list-form.js';
import { newTopicId } from './topic-id.js';

/** @typedef {import('../lib/types.js').Topic} Topic */

/** The form for the topics that customers choose from, in their order. */
export class TopicsForm {
  /**
   * @param {import('../lib/i18n.js').Words} words
   * @param {(topic: string) => string[]} serving returns the names of the technicians who have the topic
   */
  constructor(words, serving) {
    this.words = words;
    this.serving = serving;
    const list = build('ul', { className: 'lines' });
    this.list = new ListForm(list, words.say('topicsEmpty'), () => this.#changed());
    const add = button(words.say('addTopic'), () =>
      this.list.add(this.#line({ id: '', name: '' })),
    );
    this.element = build(
      'form',
      { className: 'panel', 'aria-labelledby': 'topics-title' },
      build('h2', { id: 'topics-title' }, words.say('place.topics')),
      build('p', { className: 'soft' }, words.say('topicsWhy')),
      list,
      build('div', { className: 'row' }, add),
    );
  }

  /** @param {import('./settings-section.js').Site} site @returns {Topic[]} */
  read({ topics }) {
    return topics;
  }

  /** @returns {Topic[]} */
  value() {
    const taken = new Set(this.list.lines.map((line) => line.value().id));
    return this.list.value().map(({ id, name }) => {
      const own = id || newTopicId(name, taken);
      taken.add(own);
      return { id: own, name };
    });
  }

  /** @param {Topic[]} topics */
  show(topics) {
    this.list.show(topics.map((topic) => this.#line(topic)));
  }

  check() {
    const { words } = this;
    let isRight = true;
    for (const line of this.list.kept)
      if (!line.value().name) {
        line.complain('name', words.say('wrong.name'));
        isRight = false;
      }
    return this.list.allDiffer('name', ({ name }) => name, words.say('wrong.sameName')) && isRight;
  }

  /** @param {string} field */
  blame(field) {
    const [, number, what] = field.split('.');
    const line = this.list.kept[Number(number)];
    line?.complain('name', this.words.say(what === 'id' ? 'wrong.sameName' : 'wrong.name'));
    return Boolean(line);
  }

  /** @param {Topic} topic a new one has an empty id */
  #line(topic) {
    const { words } = this;
    const name = new Field(
      words.say('topicName'),
      input('text', { value: topic.name, maxLength: 100 }),
    );
    const warning = build('p', { className: 'warning', role: 'status' });
    const moves = [
      this.#mover('moveUp', '↑', () => this.#move(line, -1)),
      this.#mover('moveDown', '↓', () => this.#move(line, 1)),
    ];
    const remove = button(words.say('remove'), () => this.#toggle(line, warning, remove));
    const element = build(
      'li',
      { className: 'line topic' },
      name.element,
      topic.id ? build('code', { className: 'soft', title: words.say('topicId') }, topic.id) : null,
      build('div', { className: 'row' }, ...moves, remove),
      warning,
    );
    /** @type {import('./list-form.js').Line<Topic>} */
    const line = {
      element,
      isRemoved: false,
      value: () => ({ id: topic.id, name: name.control.value.trim() }),
      complain: (_, text) => name.showError(text),
      focus: () => name.control.focus(),
    };
    return line;
  }

  /**
   * @param {string} label
   * @param {string} sign
   * @param {() => void} onclick
   */
  #mover(label, sign, onclick) {
    return button(sign, onclick, {
      className: 'plain',
      'aria-label': this.words.say(label),
    });
  }

  /**
   * @param {import('./list-form.js').Line<Topic>} line
   * @param {-1|1} by
   */
  #move(line, by) {
    const button = document.activeElement;
    this.list.move(line, by);
    if (button instanceof HTMLElement) button.focus();
  }

  /**
   * @param {import('./list-form.js').Line<Topic>} line
   * @param {HTMLElement} warning
   * @param {HTMLElement} remove
   */
  #toggle(line, warning, remove) {
    const { words } = this;
    const { id } = line.value();
    if (!id) return this.list.drop(line);
    line.isRemoved = !line.isRemoved;
    line.element.classList.toggle('removed', line.isRemoved);
    const serve = this.serving(id);
    const who = serve.length ? words.say('topicServed', { names: serve.join(', ') }) : '';
    setText(warning, line.isRemoved ? `${words.say('topicGoes')} ${who}` : '');
    setText(remove, words.say(line.isRemoved ? 'keep' : 'remove'));
    this.#changed();
  }
  /** Dispatch a change event for changes by buttons, which cause none. */
  #changed() {
    this.element.dispatchEvent(new Event('change'));
  }
}
