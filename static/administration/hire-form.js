import { build, setText } from '../elements/dom.js';
import { button, Field, focusFirstWrong, input } from './field.js';
import { showLink } from './one-time-link.js';
import { TechnicianFields } from './technician-fields.js';

/** @typedef {import('./technician-fields.js').Technician} Technician */
/** @typedef {import('../lib/http.js').Problem} Problem */

const TERMS = {
  name: '',
  role: 'technician',
  capacity: 4,
  topics: [],
  skills: [],
  languages: [],
  level: 'normal',
};

/** The form that adds a technician and shows the one-time link for signing in. */
export class HireForm {
  /**
   * @param {object} needs
   * @param {import('../lib/i18n.js').Words} needs.words
   * @param {import('../lib/http.js').Http} needs.http
   * @param {(path: string) => string} needs.linkTo returns the public address of a path
   * @param {(technician: Technician) => void} needs.hired
   * @param {() => void} needs.edited called when the form may have become dirty or clean
   */
  constructor({ words, http, linkTo, hired, edited }) {
    this.words = words;
    this.http = http;
    this.linkTo = linkTo;
    this.hired = hired;
    this.edited = edited;
    this.login = new Field(
      words.say('login'),
      input('text', {
        maxLength: 100,
        autocapitalize: 'none',
        autocomplete: 'off',
        spellcheck: false,
      }),
      words.say('loginHint'),
    );
    this.terms = new TechnicianFields(words);
    this.terms.show(TERMS);
    this.problem = build('p', { className: 'problem', role: 'alert' });
    this.link = build('div', { className: 'link', role: 'status' });
    this.submit = build('button', { className: 'primary' }, words.say('hire'));
    this.summary = build('summary', {}, words.say('addTechnician'));
    const form = build(
      'form',
      {
        noValidate: true,
        onsubmit: (/** @type {Event} */ event) => this.#submitted(event),
        oninput: () => edited(),
      },
      this.login.element,
      this.terms.element,
      this.problem,
      build(
        'div',
        { className: 'row' },
        this.submit,
        button(words.say('undo'), () => this.#clear()),
      ),
    );
    this.details = build('details', {}, this.summary, form);
    this.element = build(
      'section',
      { className: 'panel', 'aria-label': words.say('addTechnician') },
      this.details,
      this.link,
    );
  }

  get isDirty() {
    return this.login.control.value !== '' || this.terms.value().name !== '';
  }

  focus() {
    this.summary.focus();
  }

  /** @param {import('../lib/types.js').Topic[]} topics */
  offerTopics(topics) {
    this.terms.offerTopics(topics);
  }

  /** @param {Event} event */
  async #submitted(event) {
    event.preventDefault();
    const { words, http } = this;
    setText(this.problem, '');
    const login = this.login.control.value.trim();
    const isLogin = /^[\p{L}\p{N}_.@+-]{1,100}$/u.test(login);
    this.login.showError(isLogin ? '' : words.say('wrong.login'));
    if (!this.terms.check() || !isLogin) return focusFirstWrong(this.element);
    this.submit.disabled = true;
    try {
      const { technician, link } = await http.post('/admin/technicians', {
        login,
        ...this.terms.value(),
        new: true,
      });
      this.#clear();
      this.details.open = false;
      this.hired(technician);
      showLink(this.link, words, { name: technician.name, link: this.linkTo(link) });
    } catch (error) {
      this.#refused(/** @type {Problem} */ (error));
    }
    this.submit.disabled = false;
  }

  /** @param {Problem} problem */
  #refused({ code, field, message }) {
    const { words } = this;
    if (code === 'conflict') this.login.showError(words.say('wrong.sameLogin'));
    else if (field === 'login') this.login.showError(words.say('wrong.login'));
    else if (!this.terms.blame(field)) return setText(this.problem, message);
    focusFirstWrong(this.element);
  }

  #clear() {
    this.login.control.value = '';
    this.login.showError('');
    this.terms.show(TERMS);
    setText(this.problem, '');
    this.edited();
  }
}
