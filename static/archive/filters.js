import { build } from '../elements/dom.js';
import { years } from './years.js';

const TYPING_PAUSE_MS = 200;
const STATES = ['current', 'open', 'closed', 'archived', 'all'];

/** The search and the filters of the list. Filters with nothing to choose are hidden. */
export class Filters {
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;

  /**
   * @param {import('../lib/i18n.js').Words} words
   * @param {() => void} changed
   */
  constructor(words, changed) {
    this.words = words;
    this.changed = changed;
    this.search = build('input', {
      type: 'search',
      autocomplete: 'off',
      oninput: () => this.#soon(),
    });
    this.state = this.#select(
      STATES.map((state) => ({ id: state, name: words.say(`state.${state}`) })),
    );
    this.topic = this.#select([]);
    this.year = this.#select([]);
    this.tag = this.#select([]);
    this.element = build(
      'form',
      {
        className: 'filters',
        role: 'search',
        onsubmit: (/** @type {Event} */ e) => e.preventDefault(),
      },
      build('label', { className: 'wide' }, words.say('search'), this.search),
      build('label', {}, words.say('show'), this.state),
      build('label', { hidden: true }, words.say('topic'), this.topic),
      build('label', { hidden: true }, words.say('year'), this.year),
      build('label', { hidden: true }, words.say('tag'), this.tag),
    );
  }

  get text() {
    return this.search.value.trim();
  }

  /** The query of the request. */
  get query() {
    const query = new URLSearchParams({ state: this.state.value });
    if (this.text) query.set('text', this.text);
    if (this.topic.value) query.set('topic', this.topic.value);
    if (this.tag.value) query.set('tag', this.tag.value);
    if (this.year.value) {
      const year = Number(this.year.value);
      query.set('since', String(new Date(year, 0).getTime()));
      query.set('until', String(new Date(year + 1, 0).getTime()));
    }
    return query;
  }

  /** @param {{topics: {id: string, name: string}[], tags: string[], first_at: number|null}} what */
  offer({ topics, tags, first_at: firstAt }) {
    const spans = years(firstAt).map(String);
    this.#fill(this.topic, topics, 1);
    this.#fill(
      this.year,
      spans.map((id) => ({ id, name: id })),
      2,
    );
    this.#fill(
      this.tag,
      tags.map((id) => ({ id, name: id })),
      1,
    );
  }

  /**
   * @param {HTMLSelectElement} select
   * @param {{id: string, name: string}[]} choices
   * @param {number} enough the least number of choices to choose from
   */
  #fill(select, choices, enough) {
    const { value } = select;
    const all = build('option', { value: '' }, this.words.say('any'));
    select.replaceChildren(
      all,
      ...choices.map(({ id, name }) => build('option', { value: id }, name)),
    );
    select.value = choices.some(({ id }) => id === value) ? value : '';
    const label = select.parentElement;
    if (label) label.hidden = choices.length < enough;
  }

  /** @param {{id: string, name: string}[]} choices */
  #select(choices) {
    const options = choices.map(({ id, name }) => build('option', { value: id }, name));
    return build('select', { onchange: () => this.changed() }, ...options);
  }

  #soon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.changed, TYPING_PAUSE_MS);
  }
}
