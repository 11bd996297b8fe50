import { build, setText } from '../elements/dom.js';
import { button, focusFirstWrong } from './field.js';
import { FormDraft } from './form-draft.js';
import { showLink } from './one-time-link.js';
import { SaveBar } from './save-bar.js';
import { servedTopics, topicsToSend } from './served-topics.js';
import { TechnicianFields } from './technician-fields.js';

/** @typedef {import('./technician-fields.js').TechnicianTerms} TechnicianTerms */
/** @typedef {import('../lib/http.js').Problem} Problem */
/** @typedef {import('../lib/types.js').Topic} Topic */
/** @typedef {import('./technician-fields.js').Technician} Technician */

/**
 * The list to which a technician's row belongs.
 *
 * @typedef {object} TechnicianStore
 * @property {() => Topic[]} topics
 * @property {(path: string) => string} linkTo returns the public address of a path
 * @property {() => Promise<void>} reload
 * @property {(technician: Technician) => void} changed called after the technician was saved
 * @property {(id: string) => void} gone called when the technician was removed
 * @property {() => void} edited called when the row may have become dirty or clean
 */

/** The row of a technician; it opens to the settings, a new sign-in link, and the removal. */
export class TechnicianForm {
  /** @type {FormDraft<TechnicianTerms>} */
  #draft = new FormDraft();
  #isSaving = false;

  /**
   * @param {Technician} technician
   * @param {object} needs
   * @param {import('../lib/i18n.js').Words} needs.words
   * @param {import('../lib/http.js').Http} needs.http
   * @param {TechnicianStore} needs.store
   */
  constructor(technician, { words, http, store }) {
    this.technician = technician;
    this.words = words;
    this.http = http;
    this.store = store;
    this.terms = new TechnicianFields(words);
    this.terms.offerTopics(store.topics());
    this.bar = new SaveBar(words, {
      undo: () => this.#reset(),
      overwrite: () => this.#overwrite(),
      take: () => this.#reset(),
    });
    this.summary = build(
      'summary',
      {},
      build('span', { className: 'name', dir: 'auto' }),
      build('span', { className: 'soft' }),
    );
    this.link = build('div', { className: 'link', role: 'status' });
    this.leave = build('div', { className: 'row leave' });
    this.form = build(
      'form',
      { noValidate: true, onsubmit: (/** @type {Event} */ event) => this.#submitted(event) },
      this.terms.element,
      this.bar.element,
    );
    for (const event of ['input', 'change']) this.form.addEventListener(event, () => this.update());
    this.element = build(
      'li',
      { className: 'line', 'data-login': technician.login },
      build('details', {}, this.summary, this.form, this.link, this.leave),
    );
    this.#askNothing();
  }

  get isDirty() {
    return this.#draft.isDirty(this.terms.value());
  }

  /** @param {Topic[]} topics */
  offerTopics(topics) {
    this.terms.offerTopics(topics);
    this.#showSummary();
  }

  /** Take the technician's settings from the server. @param {Technician} technician */
  showTechnician(technician) {
    this.technician = technician;
    const value = termsOf(technician);
    if (this.#draft.compare(value, technician.revision, this.terms.value()) === 'take')
      this.#show(technician);
    this.terms.offerTopics(this.store.topics());
    this.#showSummary();
    this.update();
  }

  update() {
    const hasConflict = this.#draft.newer !== null;
    this.bar.show({ isDirty: this.isDirty, isSaving: this.#isSaving, hasConflict });
    this.store.edited();
  }

  /** @param {Technician} technician */
  #show(technician) {
    this.terms.show(termsOf(technician));
    this.#draft.reset(this.terms.value(), technician.revision);
    this.bar.complain('');
    this.update();
  }

  #showSummary() {
    const { words } = this;
    const { name, login, role, capacity, topics } = this.technician;
    const about = servedTopics(words, topics, this.store.topics());
    const parts = [
      login,
      words.say(`role.${role}`),
      words.say('atOnce', { count: capacity }),
      about,
    ];
    setText(/** @type {Node} */ (this.summary.firstChild), name);
    setText(/** @type {Node} */ (this.summary.lastChild), parts.join(' · '));
  }

  /** @param {Event} event */
  async #submitted(event) {
    event.preventDefault();
    if (this.#isSaving || !this.isDirty) return;
    this.bar.complain('');
    if (!this.terms.check()) return focusFirstWrong(this.form);
    this.#isSaving = true;
    this.update();
    const terms = this.terms.value();
    const { login } = this.technician;
    try {
      const answer = await this.http.post('/admin/technicians', {
        login,
        ...terms,
        topics: topicsToSend(terms.topics, this.store.topics()),
        seen: this.#draft.revision,
      });
      this.#isSaving = false;
      this.#saved(answer.technician, terms);
      this.store.changed(answer.technician);
    } catch (error) {
      this.#isSaving = false;
      await this.#refused(/** @type {Problem} */ (error));
    }
    this.update();
  }

  /**
   * @param {Technician} technician
   * @param {TechnicianTerms} sent later input is unsaved
   */
  #saved(technician, sent) {
    // The form stays editable during the request.
    const typedOn = JSON.stringify(sent) !== JSON.stringify(this.terms.value());
    if (typedOn) this.#draft.reset(termsOf(technician), technician.revision);
    else this.#show(technician);
    this.bar.saved();
  }

  /** @param {Problem} problem */
  async #refused(problem) {
    if (problem.code === 'conflict') return this.store.reload();
    if (this.terms.blame(problem.field)) focusFirstWrong(this.form);
    else this.bar.refused(problem);
  }

  #overwrite() {
    this.#draft.overrule();
    this.update();
    this.bar.save.focus();
    this.form.requestSubmit();
  }

  /** Show the saved settings again. */
  #reset() {
    this.#show(this.technician);
    this.terms.name.control.focus();
  }

  async #newLink() {
    const { id, name } = this.technician;
    try {
      const { link } = await this.http.post(`/admin/technicians/${id}/link`, {});
      showLink(this.link, this.words, { name, link: this.store.linkTo(link) });
    } catch (error) {
      this.bar.refused(/** @type {Problem} */ (error));
    }
  }

  #askNothing() {
    const { words } = this;
    const dismiss = button(words.say('dismiss'), () => this.#askTwice(), { className: 'danger' });
    this.leave.replaceChildren(
      button(words.say('newLink'), () => this.#newLink()),
      dismiss,
    );
    return dismiss;
  }

  #askTwice() {
    const { words } = this;
    const sure = button(
      words.say('dismissSure', { name: this.technician.name }),
      () => this.#dismiss(),
      { className: 'danger' },
    );
    const keep = button(words.say('cancel'), () => this.#askNothing().focus());
    this.leave.replaceChildren(
      build('p', {}, words.say('dismissWhat', { name: this.technician.name })),
      sure,
      keep,
    );
    keep.focus();
  }

  async #dismiss() {
    const { http, words } = this;
    const { id } = this.technician;
    try {
      await http.post(`/admin/technicians/${id}/dismiss`, {});
      this.store.gone(id);
    } catch (error) {
      const problem = /** @type {Problem} */ (error);
      this.#askNothing().focus();
      if (problem.code === 'not_allowed') this.bar.complain(words.say('wrong.dismissOneself'));
      else this.bar.refused(problem);
    }
  }
}

/** @param {Technician} technician @returns {TechnicianTerms} */
function termsOf({ name, role, capacity, topics, skills, languages, level }) {
  return { name, role, capacity, topics: [...topics].sort(), skills, languages, level };
}
