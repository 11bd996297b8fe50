import { build } from '../elements/dom.js';

/** @typedef {import('../lib/http.js').Problem} Problem */

/** The page without an open archive: how to get a link to one. */
export class ArchiveLogin {
  /**
   * @param {import('../lib/i18n.js').Words} words
   * @param {import('../lib/http.js').Http} http
   */
  constructor(words, http) {
    this.words = words;
    this.http = http;
    this.problem = build('p', { className: 'problem', role: 'alert' });
    this.said = build('p', { role: 'status' });
    this.reference = build('input', {
      required: true,
      autocomplete: 'off',
      autocapitalize: 'characters',
      spellcheck: false,
      maxLength: 40,
    });
    this.email = build('input', {
      type: 'text',
      inputMode: 'email',
      required: true,
      autocomplete: 'email',
    });
    this.send = build('button', { className: 'primary' }, words.say('sendLink'));
    this.form = build(
      'form',
      { hidden: true, onsubmit: (/** @type {Event} */ event) => this.#ask(event) },
      build('h3', {}, words.say('byMail')),
      build('p', { className: 'soft' }, words.say('byMailHow')),
      build('label', {}, words.say('referenceCode'), this.reference),
      build('label', {}, words.say('confirmedAddress'), this.email),
      this.send,
      this.said,
    );
    this.element = build(
      'section',
      { className: 'entrance' },
      build('h2', { tabIndex: -1 }, words.say('closed')),
      this.problem,
      build('p', {}, words.say('fromWidget')),
      this.form,
    );
  }

  /** @param {Problem} [problem] the reason why a link did not open the archive */
  async show(problem) {
    const isSpent = problem?.code === 'not_found';
    this.problem.textContent = isSpent ? this.words.say('linkSpent') : (problem?.message ?? '');
    this.said.textContent = '';
    this.element.querySelector('h2')?.focus();
    const ways = await this.http.get('/archive/ways').catch(() => ({ mail: false }));
    this.form.hidden = !ways.mail;
  }

  /** @param {Event} event */
  async #ask(event) {
    event.preventDefault();
    this.send.disabled = true;
    this.problem.textContent = '';
    this.said.textContent = '';
    const claim = { reference: this.reference.value, email: this.email.value };
    try {
      await this.http.post('/archive/mail', claim);
      this.said.textContent = this.words.say('linkSent');
    } catch (error) {
      this.problem.textContent = /** @type {Problem} */ (error).message;
    }
    this.send.disabled = false;
  }
}
