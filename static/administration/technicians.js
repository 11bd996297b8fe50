import { build } from '../elements/dom.js';
import { KeyedList } from '../elements/keyed-list.js';
import { HireForm } from './hire-form.js';
import { TechnicianForm } from './technician-form.js';

/** @typedef {import('./technician-fields.js').Technician} Technician */
/** @typedef {import('../lib/types.js').Topic} Topic */

/** The technicians who may sign in, and their settings. */
export class Technicians {
  /** @type {Topic[]} */
  topics = [];
  /** @type {Technician[]} */
  #people = [];
  /** @type {Map<string, TechnicianForm>} */
  #forms = new Map();

  /**
   * @param {object} needs
   * @param {import('../lib/i18n.js').Words} needs.words
   * @param {import('../lib/http.js').Http} needs.http
   * @param {(path: string) => string} needs.linkTo returns the public address of a path
   * @param {() => Promise<void>} needs.reload
   * @param {() => void} needs.saved called when a technician was saved or removed
   * @param {() => void} needs.edited called when a form may have become dirty or clean
   */
  constructor({ words, http, linkTo, reload, saved, edited }) {
    this.words = words;
    this.http = http;
    this.saved = saved;
    this.edited = edited;
    /** @type {import('./technician-form.js').TechnicianStore} */
    this.store = {
      topics: () => this.topics,
      linkTo,
      reload,
      changed: (technician) => this.changed(technician),
      gone: (id) => this.gone(id),
      edited,
    };
    const hired = (/** @type {Technician} */ technician) => this.changed(technician);
    this.hire = new HireForm({ words, http, linkTo, hired, edited });
    const list = build('ul', { className: 'lines' });
    const empty = build('li', { className: 'empty soft' }, words.say('nobody'));
    this.rows = new KeyedList(list, (/** @type {Technician} */ each) => this.#row(each), empty);
    this.element = build(
      'div',
      { className: 'forms' },
      this.hire.element,
      build(
        'section',
        { className: 'panel', 'aria-labelledby': 'people-title' },
        build('h2', { id: 'people-title' }, words.say('place.technicians')),
        list,
      ),
    );
  }

  get isDirty() {
    return this.hire.isDirty || [...this.#forms.values()].some((form) => form.isDirty);
  }

  /** Return the names of the technicians who have a topic among theirs. @param {string} topic */
  serving(topic) {
    return this.#people.filter(({ topics }) => topics.includes(topic)).map(({ name }) => name);
  }

  /**
   * @param {Technician[]} people
   * @param {Topic[]} topics
   */
  showTechnicians(people, topics) {
    this.topics = topics;
    this.#people = people;
    const ids = new Set(people.map(({ id }) => id));
    for (const id of this.#forms.keys()) if (!ids.has(id)) this.#forms.delete(id);
    this.rows.show(new Map(people.map((each) => [each.id, each])));
    this.hire.offerTopics(topics);
    this.edited();
  }

  /** @param {Topic[]} topics */
  offerTopics(topics) {
    this.topics = topics;
    this.hire.offerTopics(topics);
    for (const form of this.#forms.values()) form.offerTopics(topics);
  }

  /** Add or replace a technician after saving. @param {Technician} technician */
  changed(technician) {
    const others = this.#people.filter(({ id }) => id !== technician.id);
    const { locale } = this.words;
    const people = [...others, technician].sort((a, b) => a.name.localeCompare(b.name, locale));
    this.saved();
    this.showTechnicians(people, this.topics);
  }

  /** @param {string} id */
  gone(id) {
    this.saved();
    this.showTechnicians(
      this.#people.filter((each) => each.id !== id),
      this.topics,
    );
    this.hire.focus();
  }

  /** @param {Technician} technician */
  #row(technician) {
    const form = new TechnicianForm(technician, this);
    this.#forms.set(technician.id, form);
    return {
      element: form.element,
      show: (/** @type {Technician} */ each) => form.showTechnician(each),
    };
  }
}
