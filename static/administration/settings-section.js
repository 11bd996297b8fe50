import { focusFirstWrong } from './field.js';
import { FormDraft } from './form-draft.js';
import { SaveBar } from './save-bar.js';

/** @typedef {import('../lib/i18n.js').Words} Words */
/** @typedef {import('../lib/http.js').Problem} Problem */
/** @typedef {Record<string, any> & {revisions: Record<string, string>}} Site */

/**
 * The form of a section.
 *
 * @template Value
 * @typedef {object} Form
 * @property {HTMLFormElement} element its `input` and `change` events tell of edits
 * @property {(site: Site) => Value} read returns the section of the settings in the form's normal form
 * @property {() => Value} value returns the values in the form
 * @property {(value: Value) => void} show
 * @property {() => boolean} check shows errors at the fields; true if there are none
 * @property {(field: string) => boolean} blame shows that the server has refused a field; false if there is no such field
 */

/**
 * The store of the settings.
 *
 * @typedef {object} SettingsStore
 * @property {() => Site|null} current returns the settings as last fetched
 * @property {(name: string, value: unknown, revision: string) => Promise<Site>} save
 *   rejects with Problem; its code is `conflict` where the revision is not the current one
 * @property {() => Promise<void>} reload
 * @property {(site: Site) => void} saved called with the site after a section was saved
 * @property {() => void} edited called when a section may have become dirty or clean
 */

/**
 * A section of the settings that is saved on its own. It never overwrites changes of another
 * administrator without a confirmation.
 *
 * @template Value
 */
export class SettingsSection {
  /** @type {FormDraft<Value>} */
  #draft = new FormDraft();
  #isSaving = false;

  /**
   * @param {string} name
   * @param {Form<Value>} form
   * @param {{words: Words, store: SettingsStore}} needs
   */
  constructor(name, form, { words, store }) {
    this.name = name;
    this.form = form;
    this.store = store;
    this.bar = new SaveBar(words, {
      undo: () => this.#undo(),
      overwrite: () => this.#overwrite(),
      take: () => this.#takeTheirs(),
    });
    form.element.noValidate = true;
    form.element.append(this.bar.element);
    form.element.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#save();
    });
    for (const event of ['input', 'change'])
      form.element.addEventListener(event, () => this.update());
  }

  get isDirty() {
    return this.#draft.isDirty(this.form.value());
  }

  update() {
    const hasConflict = this.#draft.newer !== null;
    this.bar.show({ isDirty: this.isDirty, isSaving: this.#isSaving, hasConflict });
    this.store.edited();
  }

  /** Take the settings of the server. @param {Site} site */
  load(site) {
    const value = this.form.read(site);
    const revision = site.revisions[this.name] ?? '';
    if (this.#draft.compare(value, revision, this.form.value()) === 'take')
      this.#take(value, revision);
    this.update();
  }

  // Internal

  /**
   * @param {Value} value
   * @param {string} revision
   */
  #take(value, revision) {
    // A form that shows the values already is left alone, and keeps its focus.
    if (JSON.stringify(value) !== JSON.stringify(this.form.value())) this.form.show(value);
    this.#draft.reset(this.form.value(), revision);
  }

  async #save() {
    if (this.#isSaving || !this.isDirty) return;
    this.bar.complain('');
    if (!this.form.check()) return focusFirstWrong(this.form.element);
    this.#isSaving = true;
    this.update();
    const value = this.form.value();
    try {
      const site = await this.store.save(this.name, value, this.#draft.revision);
      this.#isSaving = false;
      this.#saved(site, value);
    } catch (error) {
      this.#isSaving = false;
      await this.#refused(/** @type {Problem} */ (error));
    }
    this.update();
  }

  /**
   * @param {Site} site
   * @param {Value} value the values that were sent; later input is unsaved
   */
  #saved(site, value) {
    // The form stays editable during the request.
    const typedOn = JSON.stringify(value) !== JSON.stringify(this.form.value());
    const kept = this.form.read(site);
    const revision = site.revisions[this.name] ?? '';
    if (typedOn) this.#draft.reset(kept, revision);
    else this.#showSaved(kept, revision);
    this.bar.saved();
    this.store.saved(site);
  }

  /**
   * Show the saved values: new rows have become ordinary ones, and removed ones are gone.
   *
   * @param {Value} kept
   * @param {string} revision
   */
  #showSaved(kept, revision) {
    const hadFocus = this.form.element.contains(document.activeElement);
    this.form.show(kept);
    this.#draft.reset(this.form.value(), revision);
    if (hadFocus && !this.form.element.contains(document.activeElement)) this.bar.save.focus();
  }

  /** @param {Problem} problem */
  async #refused(problem) {
    if (problem.code === 'conflict') return this.store.reload();
    if (problem.field && this.form.blame(problem.field)) return focusFirstWrong(this.form.element);
    this.bar.refused(problem);
  }

  #undo() {
    this.bar.complain('');
    const site = this.store.current();
    if (site) this.#reset(this.form.read(site), site.revisions[this.name] ?? '');
  }

  #takeTheirs() {
    const { newer } = this.#draft;
    if (newer) this.#reset(newer.value, newer.revision);
  }

  /**
   * @param {Value} value
   * @param {string} revision
   */
  #reset(value, revision) {
    this.form.show(value);
    this.#draft.reset(this.form.value(), revision);
    this.update();
    const first = this.form.element.querySelector(
      'input, select, textarea, button:not([disabled])',
    );
    if (first instanceof HTMLElement) first.focus();
  }

  #overwrite() {
    this.#draft.overrule();
    this.update();
    this.bar.save.focus();
    this.#save();
  }
}
